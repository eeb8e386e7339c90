"""Messages, one a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.models import OutboxMessage
from tenuto.clinic.ledger.outbox import ATTEMPTS
from tenuto.clinic.links.api import patients_of_links
from tenuto.clinic.ui.words import count, moment

__all__ = ["MessageLine", "message_lines"]

ABOUT = {
    "booking.remind": "Reminder of a visit",
    "booking.offer": "Offer of a place",
    "portal.ask": "Questions",
}
"""By the kind of the message; a kind that has no name here is called what it is, a message."""
CHANNELS = {"sms": "Text message", "email": "E-mail"}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message in words."""

    id: int
    mark: str
    state: str
    """'Sent', 'Waits' or 'Not sent'."""
    about: str
    patient: str
    patient_id: UUID | None
    """None where nobody is named."""
    how: str
    when: str
    problem: str
    given_up: bool
    words: str
    """What the patient reads, without the address; empty outside a demonstration."""
    address: str


def message_lines(
    rows: Iterable[OutboxMessage],
    clinic: Clinic,
    *,
    hidden: frozenset[UUID],
    reads: Callable[[str], Mapping[str, Any] | None] | None,
) -> tuple[MessageLine, ...]:
    """Those that were given up first. Whom one goes to is said to who may see the patient."""
    known = list(rows)
    patients = patients_of_links(UUID(row.payload["link"]) for row in known if "link" in row.payload)
    lines = []
    for row in known:
        patient = patients.get(UUID(row.payload["link"])) if "link" in row.payload else None
        closed = patient is not None and patient.pk in hidden
        named = None if closed else patient
        name = "Restricted" if closed else named.name if named else ""
        read = reads(row.key) if reads and not closed else None
        words, address = _split(str(read["words"])) if read else ("", "")
        lines.append(_line(row, clinic, name, named.pk if named else None, words, address))
    return tuple(sorted(lines, key=lambda line: not line.given_up))


def _line(
    row: OutboxMessage, clinic: Clinic, name: str, patient_id: UUID | None, words: str, address: str
) -> MessageLine:
    given_up = row.sent_at is None and row.attempts >= ATTEMPTS
    state, mark = ("Sent", "pass") if row.sent_at else ("Not sent", "block") if given_up else ("Waits", "due")
    tries = f" {count(row.attempts, 'try', 'tries')}." if row.attempts and not row.sent_at else ""
    return MessageLine(
        row.pk,
        mark,
        state,
        ABOUT.get(row.kind, "Message"),
        name,
        patient_id,
        CHANNELS.get(str(row.payload.get("channel", "")), ""),
        moment(local(clinic, row.sent_at or row.due_at)),
        f"{row.problem}{tries}".strip(),
        given_up,
        words,
        address,
    )


def _split(words: str) -> tuple[str, str]:
    found = re.search(r"https?://\S+", words)
    return (words.replace(found[0], "").strip(), found[0]) if found else (words, "")
