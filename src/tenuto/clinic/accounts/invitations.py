"""Giving someone a sign-in whose password only they know: a link that opens once, for a while (hazard H40)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Invitation, InvitationUse, Role, Staff
from tenuto.clinic.accounts.news import sign_in_changed
from tenuto.clinic.accounts.sessions import end_sessions
from tenuto.clinic.ledger.actors import Actor, Someone
from tenuto.clinic.ledger.facts import newest, recorded
from tenuto.clinic.ledger.services import record
from tenuto.core.sentences import LONGEST_NAME, check_line

__all__ = [
    "LASTS",
    "USERNAME",
    "InvitationRefused",
    "Invited",
    "accept",
    "check_username",
    "give_link",
    "give_link_by_operator",
    "invite",
    "invite_by_operator",
    "waiting_for",
]

LASTS = timedelta(days=3)
GONE = "This invitation is no longer valid: it was used, has run out, or was not copied whole. Ask your medical director for a new one."


USERNAME = ASCIIUsernameValidator(message="Use the letters a to z, digits and . + - _ only.")


class InvitationRefused(Exception):
    """The link does not open. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A new link. The token goes into the address and is not kept: it can be told only now."""

    staff: Staff
    token: str
    expires_at: datetime


@transaction.atomic
def invite(*, clinic: Clinic, username: str, name: str, role: Role, by: Actor, at: datetime) -> Invited:
    """Open an account without a password, and the link by which its person chooses one.

    Raises InvitationRefused for a name that nobody can read or that is too long.
    """
    name = check_line(name, LONGEST_NAME, what="The person's name", refused=InvitationRefused)
    staff = Staff.objects.create_user(username, password=None, name=name, role=role, clinic=clinic)
    check_same_clinic(by, staff)
    record(action="joined clinic", subject=staff, by=by, at=at, detail={"role": str(role)})
    return _new_link(staff, by, at)


@transaction.atomic
def give_link(*, staff: Staff, by: Staff, at: datetime) -> Invited:
    """A further link, as for someone who forgot the password. The ones before open no more; the password stays until then.

    Nobody gives their own. Raises InvitationRefused for a closed account.
    """
    check_role(by, "staff.manage")
    check_same_clinic(by, staff)
    if staff.pk == by.pk:
        raise PermissionError("This is your own sign-in. Change your password on your own page.")
    return _link_again(staff, by, at)


@transaction.atomic
def invite_by_operator(
    *, clinic: Clinic, username: str, name: str, role: Role, operator: Someone, reason: str, at: datetime
) -> Invited:
    """Open an account as whoever runs the server, for a clinic in which nobody can. Raises InvitationRefused for a name that is taken."""
    check_username(username)
    invited = invite(clinic=clinic, username=username, name=name, role=role, by=operator, at=at)
    record(
        action="let in by the operator", subject=invited.staff, by=operator, at=at, detail={"reason": reason}
    )
    return invited


@transaction.atomic
def give_link_by_operator(*, staff: Staff, operator: Someone, reason: str, at: datetime) -> Invited:
    """A further link by whoever runs the server: the one of a first director ran out, or nobody is left who could give one.

    Raises InvitationRefused for a closed account.
    """
    invited = _link_again(staff, operator, at)
    record(action="let in by the operator", subject=staff, by=operator, at=at, detail={"reason": reason})
    return invited


def _link_again(staff: Staff, by: Actor, at: datetime) -> Invited:
    if not staff.is_active:
        raise InvitationRefused(f"The account of {staff.name} is closed. Open it first.")
    sign_in_changed(staff)
    return _new_link(staff, by, at)


def check_username(username: str) -> None:
    """Raise InvitationRefused, in a sentence, for a name that is taken or that can't be one."""
    try:
        USERNAME(username)
    except ValidationError as wrong:
        raise InvitationRefused(f"'{username[:40]}' can't be a user name. {wrong.message}") from wrong
    if Staff.objects.filter(username__iexact=username).exists():
        raise InvitationRefused(f"The user name '{username[:40]}' is taken.")


@transaction.atomic
def accept(*, token: str, password: str, at: datetime) -> Staff:
    """Set the password that the person chose, and end every session of the account. Raises InvitationRefused."""
    invitation = waiting_for(token, at=at)
    staff = invitation.staff
    try:
        with transaction.atomic():
            InvitationUse.objects.create(invitation=invitation, **recorded(staff, at))
    except IntegrityError:
        raise InvitationRefused(GONE) from None
    if staff.has_usable_password():
        sign_in_changed(staff)
    staff.set_password(password)
    staff.save(update_fields=["password"])
    end_sessions(staff)
    record(action="chose password", subject=staff, by=staff, at=at, detail={"by": "invitation"})
    return staff


def waiting_for(token: str, *, at: datetime) -> Invitation:
    """The invitation behind a token, while it can be used. Raises InvitationRefused."""
    known = Invitation.objects.select_related("staff__clinic", "use")
    found = known.filter(digest=_digest(token)).first()
    if found is None or at >= found.expires_at or hasattr(found, "use") or not found.staff.is_active:
        raise InvitationRefused(GONE)
    latest = newest(Invitation.objects.filter(staff=found.staff_id))
    if latest is None or latest.pk != found.pk:
        raise InvitationRefused(GONE)
    return found


def _new_link(staff: Staff, by: Actor, at: datetime) -> Invited:
    token, expires = secrets.token_urlsafe(24), at + LASTS
    Invitation.objects.create(staff=staff, digest=_digest(token), expires_at=expires, **recorded(by, at))
    record(action="gave sign-in link", subject=staff, by=by, at=at, detail={"expires": expires.isoformat()})
    return Invited(staff, token, expires)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
