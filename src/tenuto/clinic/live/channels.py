"""Sends messages through the services that a clinic has for text messages and e-mail, by addresses that `apprise` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tenuto.clinic.ledger.outbox import NotSent

__all__ = ["ChannelSender"]

SUBJECT = "From your clinic"
"""The subject of an e-mail: it is read on locked screens, so that it says no more."""


class ChannelSender:
    """A sender of the outbox. Each channel has the address of its service, in which `{to}` stands for whom it goes to.

    A service that does not answer is tried again with the next sweep: a message may arrive twice, and is never lost in silence.
    """

    def __init__(self, services: Mapping[str, str]) -> None:
        """`services` by channel, such as `{"sms": "twilio://…/{to}"}`."""
        self.services = dict(services)

    def send(self, *, key: str, kind: str, payload: Mapping[str, Any]) -> None:
        """Send, or raise `NotSent` with a sentence that names no patient and no secret."""
        # Takes a third of a second, and most processes send nothing.
        from apprise import Apprise

        channel = str(payload.get("channel", ""))
        address = self.services.get(channel)
        if not address:
            raise NotSent(f"No service is set up for the channel '{channel}'. Set TENUTO_{channel.upper()}.")
        service = Apprise()
        if not service.add(address.replace("{to}", quote(str(payload["to"]), safe=""))):
            raise NotSent(
                f"TENUTO_{channel.upper()} and whom the message goes to make no address of a service."
            )
        title = SUBJECT if channel == "email" else ""
        if not service.notify(body=str(payload["words"]), title=title):
            raise NotSent(f"The service for the channel '{channel}' did not take the message.")
