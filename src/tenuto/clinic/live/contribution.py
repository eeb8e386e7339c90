"""What goes on beside the pages, as a step of setting up a clinic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.setting_up import SetUpStep
from tenuto.clinic.ledger.outbox import configured_sender
from tenuto.clinic.live.worker import somebody_works


def set_up(clinic: Clinic, at: datetime) -> Iterable[SetUpStep]:
    """A worker that looks after late tasks, and a service that takes messages."""
    yield SetUpStep(
        title="A worker for what is due",
        rank=100,
        open=""
        if somebody_works()
        else "No worker gives a sign: late tasks of safety are given on to nobody, and no message leaves.",
        command="tenuto worker",
    )
    yield SetUpStep(
        title="A service that sends messages",
        rank=110,
        open=""
        if configured_sender() is not None
        else "No service is named: reminders wait, and links are handed over by staff.",
        command="TENUTO_SMS=ADDRESS or TENUTO_EMAIL=ADDRESS, of the services that take them",
        urgent=False,
    )


SET_UP = set_up
