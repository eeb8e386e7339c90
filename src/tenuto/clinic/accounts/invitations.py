"""Giving someone a sign-in whose password only they know: a link that opens once, for a while (hazard H40)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Invitation, InvitationUse, Role, Staff
from tenuto.clinic.accounts.news import sign_in_changed
from tenuto.clinic.accounts.sessions import end_sessions
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import newest, recorded
from tenuto.clinic.ledger.services import record

__all__ = ["LASTS", "InvitationRefused", "Invited", "accept", "give_link", "invite", "waiting_for"]

LASTS = timedelta(days=3)
GONE = "This invitation is no longer valid: it was used, has run out, or was not copied whole. Ask your medical director for a new one."


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
    """Open an account without a password, and the link by which its person chooses one."""
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
    if not staff.is_active:
        raise InvitationRefused(f"The account of {staff.name} is closed. Open it first.")
    sign_in_changed(staff)
    return _new_link(staff, by, at)


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
