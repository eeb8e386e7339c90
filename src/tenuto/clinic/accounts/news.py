"""What changed about a person's own sign-in, told to its owner (hazard H40).

Whoever swaps a second factor wants its owner to learn of it late. So every change is an event, is counted at the account in
the same transaction, and stands on every page of every other session, and at the next sign-in, until the owner has said
that they know of it. The events stay on the page *Your second factor*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from tenuto.clinic.accounts.models import Role, Staff
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


def in_words(detail: Mapping[str, Any]) -> str:
    """What an event about a sign-in says beside its action: the roles before and after, the factor, the role."""
    before, after = detail.get("before"), detail.get("after")
    if before in Role.values and after in Role.values:
        return f"{Role(before).label.lower()} → {Role(after).label.lower()}"
    role = detail.get("role")
    return str(detail.get("what") or (Role(role).label.lower() if role in Role.values else ""))


def _own_change(event: AuditEvent) -> OwnChange:
    said = in_words(event.detail)
    return OwnChange(f"{event.action}{f': {said}' if said else ''}", event.by_name, event.recorded_at)
