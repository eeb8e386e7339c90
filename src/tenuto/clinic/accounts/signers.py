"""Who may sign: a person whom a second one has confirmed, in the role that they have now (hazard H40).

Whoever gives a sign-in could keep it for themselves, and would then be two people. So a role that signs counts only once
a colleague, who neither gave the sign-in nor changed it since, has signed that they know the person. It is asked of the
audit: what gives or changes a sign-in comes before the confirmation, or it has to be given anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from tenuto.clinic.accounts.enrol import has_second_factor
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.news import sign_in_changed
from tenuto.clinic.accounts.roles import SIGNED, SIGNING_ROLES, WHO_MAY
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record

if TYPE_CHECKING:
    from tenuto.clinic.accounts.reauthenticate import Reauthentication

__all__ = [
    "NotConfirmed",
    "SignerStanding",
    "check_confirmed",
    "confirm",
    "confirm_by_operator",
    "is_confirmed",
    "standing_of",
    "standings",
]

CONFIRMED = "confirmed signer"
CHANGED_ROLE = "changed role"
GIVEN = ("joined clinic", "gave sign-in link", "reset second factor")
"""Whoever does one of these could sign in as the person."""


class NotConfirmed(PermissionError):
    """No second person has confirmed the signer. The text says what to do; nothing was saved."""


@dataclass(frozen=True, slots=True)
class SignerStanding:
    """Whether a person is confirmed, and the ids of who gave or changed the sign-in since they were."""

    confirmed: bool
    given_by: frozenset[str] = frozenset()


def standing_of(staff: Staff) -> SignerStanding:
    """Whether somebody has confirmed the person as the sign-in is now. One query."""
    return standings([staff])[staff.pk]


def standings(people: Iterable[Staff]) -> Mapping[int, SignerStanding]:
    """The same for several people. One query."""
    ids = [str(person.pk) for person in people]
    events: dict[str, list[AuditEvent]] = defaultdict(list)
    about = AuditEvent.objects.filter(subject_type=Staff._meta.label_lower, subject_id__in=ids)
    for event in about.filter(action__in=(CONFIRMED, CHANGED_ROLE, *GIVEN)).order_by("-number"):
        events[event.subject_id].append(event)
    return {int(key): _standing(events[key]) for key in ids}


def is_confirmed(staff: Staff) -> bool:
    """True for whoever may sign, and for those whose role signs nothing."""
    return staff.role not in SIGNING_ROLES or standing_of(staff).confirmed


def check_confirmed(staff: Staff) -> None:
    """Raise NotConfirmed, in a sentence, for a signer whom nobody has confirmed."""
    if not is_confirmed(staff):
        raise NotConfirmed(
            "Nobody has confirmed yet that this sign-in is yours. Ask a colleague who signs, and who did not give it to you, "
            "to confirm you on the page Staff. Until then you may read and record, and sign nothing."
        )


@transaction.atomic
def confirm(*, staff: Staff, signature: Reauthentication, at: datetime) -> None:
    """A second person signs that they know the one who signs in here.

    Raises NotConfirmed for what stands against it, and PermissionError.
    """
    by = signature.by
    check_same_clinic(by, staff)
    signature.spend(signer=by, at=at)
    if by.role not in WHO_MAY["staff.confirm"].roles:
        raise PermissionError(f"{by} may not confirm a colleague.")
    standing = standing_of(staff)
    if by.pk == staff.pk or str(by.pk) in standing.given_by:
        raise NotConfirmed(
            f"You gave or changed the sign-in of {staff.name}. Somebody else confirms it; where there is nobody, whoever "
            "runs the server does it with `tenuto staff confirm`."
            if by.pk != staff.pk
            else "Nobody confirms their own sign-in."
        )
    _check_there_is_somebody(staff, standing)
    sign_in_changed(staff)
    detail = {"role": staff.role, "method": signature.method}
    record(action=CONFIRMED, subject=staff, by=by, at=at, detail=detail)


@transaction.atomic
def confirm_by_operator(*, staff: Staff, operator: Someone, reason: str, at: datetime) -> None:
    """The same by whoever runs the server: for the first director of a clinic, and where there is no second signer."""
    _check_there_is_somebody(staff, standing_of(staff))
    sign_in_changed(staff)
    detail = {"role": staff.role, "reason": reason}
    record(action=CONFIRMED, subject=staff, by=operator, at=at, detail=detail)


def _check_there_is_somebody(staff: Staff, standing: SignerStanding) -> None:
    if staff.role not in SIGNING_ROLES:
        raise NotConfirmed(f"{staff.name} has a role that signs nothing. There is nothing to confirm.")
    if standing.confirmed:
        raise NotConfirmed(f"{staff.name} is confirmed already.")
    if not staff.is_active or not staff.has_usable_password() or not has_second_factor(staff):
        raise NotConfirmed(
            f"{staff.name} has not signed in yet with an own password and second factor. That comes first: only then is "
            "there somebody to confirm."
        )


def _standing(newest_first: Iterable[AuditEvent]) -> SignerStanding:
    given_by: set[str] = set()
    for event in newest_first:
        if event.action == CONFIRMED or event.detail.get("confirmed"):
            return SignerStanding(not given_by, frozenset(given_by))
        if event.action in GIVEN or _signs_more(event):
            given_by.add(event.by_id)
    return SignerStanding(confirmed=False, given_by=frozenset(given_by))


def _signs_more(event: AuditEvent) -> bool:
    """Whether a change of role lets the person sign what they could not sign before."""
    before, after = (
        {verb for verb in SIGNED if event.detail.get(when) in WHO_MAY[verb].roles}
        for when in ("before", "after")
    )
    return bool(after - before)
