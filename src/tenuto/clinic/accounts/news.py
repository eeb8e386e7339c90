"""What changed about a person's own sign-in, told to its owner (hazard H40).

Whoever swaps a second factor wants its owner to learn of it late. So every change is an event, is counted at the account in
the same transaction, and stands on every page of every other session, and at the next sign-in, until the owner has said
that they know of it. The events stay on the page *Your second factor*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record

__all__ = [
    "CHANGES",
    "OwnChange",
    "acknowledge",
    "known_here",
    "last_changes",
    "sign_in_changed",
    "unseen_by",
]

CHANGES = (
    "set up second factor",
    "removed second factor",
    "changed second factor",
    "used recovery code",
    "reset second factor",
    "changed password",
    "chose password",
    "gave sign-in link",
    "changed role",
    "confirmed signer",
    "reopened account",
)
"""The events that are told. Each is counted with `sign_in_changed`."""
KNOWN = "sign_in_changes_known"


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One change: what, when, by whom."""

    what: str
    by: str
    at: datetime


@transaction.atomic
def sign_in_changed(staff: Staff) -> None:
    """Count a change of the sign-in of `staff`. The caller records it, next, in the same transaction."""
    held = Staff.objects.select_for_update(of=("self",)).get(pk=staff.pk)
    held.sign_in_changes += 1
    held.save(update_fields=["sign_in_changes"])
    staff.sign_in_changes = held.sign_in_changes


def known_here(request: HttpRequest, staff: Staff) -> None:
    """Whoever changed it in this session knows; the person's other sessions are told."""
    request.session[KNOWN] = staff.sign_in_changes


def unseen_by(request: HttpRequest) -> tuple[OwnChange, ...]:
    """What this session's person has not been told yet, the newest first. No query when there is nothing."""
    staff = request.user
    if not isinstance(staff, Staff) or not staff.is_authenticated:
        return ()
    seen = max(staff.sign_in_changes_seen, int(request.session.get(KNOWN, 0)))
    return last_changes(staff, most=staff.sign_in_changes - seen)


def last_changes(staff: Staff, *, most: int) -> tuple[OwnChange, ...]:
    """The newest changes of a person's sign-in. One query, none for none."""
    if most <= 0:
        return ()
    about = AuditEvent.objects.filter(subject_type=Staff._meta.label_lower, subject_id=str(staff.pk))
    return tuple(map(_own_change, about.filter(action__in=CHANGES).order_by("-number")[:most]))


@transaction.atomic
def acknowledge(*, by: Staff, at: datetime) -> None:
    """The owner knows of every change up to now."""
    held = Staff.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if held.sign_in_changes_seen == held.sign_in_changes:
        return
    held.sign_in_changes_seen = held.sign_in_changes
    held.save(update_fields=["sign_in_changes_seen"])
    record(
        action="knows of changes of sign-in", subject=by, by=by, at=at, detail={"upto": held.sign_in_changes}
    )


def _own_change(event: AuditEvent) -> OwnChange:
    what = event.detail.get("what")
    return OwnChange(f"{event.action}{f': {what}' if what else ''}", event.by_name, event.recorded_at)
