"""The credential with which a person's name is printed, as a medical director has recorded it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import PrintedCredential, Staff
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import IN_ORDER, newest, recorded
from tenuto.clinic.ledger.services import record

__all__ = ["credential_at", "credentials_of", "set_credential"]


@transaction.atomic
def set_credential(*, staff: Staff, letters: str, licence: str, by: Actor, at: datetime) -> None:
    """Print these beside the name from now on; what is signed already keeps what it was signed with."""
    check_same_clinic(by, staff)
    before = newest(PrintedCredential.objects.filter(staff=staff))
    row = PrintedCredential(
        staff=staff, letters=_one_line(letters), licence=_one_line(licence), **recorded(by, at)
    )
    if row.words == (before.words if before else ""):
        return
    row.save()
    detail = {"before": before.words if before else "", "after": row.words, "of": staff.audit_name}
    record(action="set credential", subject=row, by=by, at=at, detail=detail)


def credential_at(staff_id: int, event_number: int) -> str:
    """What was printed beside the name of somebody who signed with this event; empty for the role alone."""
    found = newest(PrintedCredential.objects.filter(staff=staff_id, event_number__lt=event_number))
    return found.words if found else ""


def credentials_of(people: Iterable[Staff]) -> Mapping[int, PrintedCredential]:
    """The newest of each of some people, by their id. One query."""
    rows = PrintedCredential.objects.filter(staff__in=[person.pk for person in people]).order_by(*IN_ORDER)
    return {row.staff_id: row for row in rows}


def _one_line(text: str) -> str:
    # What is printed: control characters, which PostgreSQL would refuse, say nothing on paper.
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:60]
