"""Opening a clinic, and giving staff their sign-ins."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.clock import check_zone
from tenuto.clinic.accounts.guards import WrongClinic, check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Role, Staff
from tenuto.clinic.accounts.news import sign_in_changed
from tenuto.clinic.accounts.sessions import end_sessions
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record
from tenuto.core.sentences import LONGEST_NAME, check_line

__all__ = [
    "ClinicMoved",
    "change_role",
    "close_account",
    "employ",
    "open_clinic",
    "reopen_account",
    "set_clinic_words",
    "set_clinic_zone",
    "words_seen",
    "zone_seen",
]


CHANGED_WORDS, SET_ZONE = "changed what patients are told", "set time zone"


class ClinicMoved(Exception):
    """Somebody else changed the same since the page was made. Nothing was saved; the text says what stands and who did."""


def words_seen(clinic: Clinic) -> str:
    """The digest of what patients are told: a form sends it back, so that nobody replaces what they did not read."""
    return _digest(clinic.phone, clinic.crisis_words)


def zone_seen(clinic: Clinic) -> str:
    """The same of the clinic's clock."""
    return _digest(clinic.zone)


def _digest(*values: str) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _held_still(clinic: Clinic, by: Staff) -> Clinic:
    """The clinic as it is now. Two people who change it at once are served one after the other."""
    if by.clinic_id != clinic.pk:
        raise WrongClinic(f"{by.audit_name} acts on another clinic. Nothing was saved.")
    return Clinic.objects.select_for_update().get(pk=clinic.pk)


def _moved(clinic: Clinic, action: str, stands: str) -> ClinicMoved:
    events = AuditEvent.objects.filter(
        subject_type=clinic._meta.label_lower, subject_id=str(clinic.pk), action=action
    )
    last = events.order_by("number").last()
    return ClinicMoved(
        f"{last.by_name if last else 'Somebody'} changed this since you opened the page. It is now: {stands}"
    )


@transaction.atomic
def open_clinic(*, name: str, demonstration: bool, invented: bool | None = None, zone: str = "") -> Clinic:
    """Open a clinic. Its first member of staff is added with `employ`. A demonstration's people are invented.

    `zone` is the time zone of its clock, the installation's when empty. Raises ValueError for an unknown one, and for a name
    that nobody can read or that is too long.
    """
    clinic = Clinic.objects.create(
        name=check_line(name, LONGEST_NAME, what="The clinic's name"),
        demonstration=demonstration,
        invented=demonstration if invented is None else invented,
        zone=check_zone(zone or settings.TIME_ZONE),
    )
    # Nobody works there yet who could have done it.
    record(
        action="opened clinic",
        subject=clinic,
        by=Someone("system", clinic.pk, "Tenuto itself"),
        at=clock.instant(),
        detail={"demonstration": clinic.demonstration, "invented": clinic.invented},
    )
    return clinic


@transaction.atomic
def set_clinic_words(
    *, clinic: Clinic, phone: str, crisis_words: str, seen: str | None = None, by: Staff, at: datetime
) -> None:
    """What patients are told: the clinic's number, and whom to call in danger. Empty words bring back the shipped ones.

    `seen` is `words_seen` as the page had it; None when there was no page. Raises `ClinicMoved` and `WrongClinic`.
    """
    check_role(by, "clinic.words")
    held = _held_still(clinic, by)
    before = {"phone": held.phone, "crisis_words": held.crisis_words}
    if seen is not None and seen != words_seen(held):
        raise _moved(held, CHANGED_WORDS, " · ".join(value or "(empty)" for value in before.values()))
    held.phone, held.crisis_words = phone.strip(), crisis_words.strip()
    held.save(update_fields=["phone", "crisis_words"])
    clinic.phone, clinic.crisis_words = held.phone, held.crisis_words
    after = {"phone": held.phone, "crisis_words": held.crisis_words}
    record(
        action=CHANGED_WORDS,
        subject=clinic,
        by=by,
        at=at,
        detail={"before": before, "after": after},
    )


@transaction.atomic
def set_clinic_zone(*, clinic: Clinic, zone: str, seen: str | None = None, by: Staff, at: datetime) -> None:
    """Set the clinic's clock to a time zone. What was recorded keeps the day it had.

    `seen` is `zone_seen` as the page had it; None when there was no page. Raises ValueError for an unknown zone,
    `ClinicMoved` and `WrongClinic`.
    """
    check_role(by, "clinic.zone")
    held = _held_still(clinic, by)
    if seen is not None and seen != zone_seen(held):
        raise _moved(held, SET_ZONE, held.zone)
    before, held.zone = held.zone, check_zone(zone)
    held.save(update_fields=["zone"])
    clinic.zone = held.zone
    detail = {"before": before, "after": clinic.zone}
    record(action=SET_ZONE, subject=clinic, by=by, at=at, detail=detail)


@transaction.atomic
def employ(*, clinic: Clinic, username: str, password: str, name: str, role: Role, at: datetime) -> Staff:
    """Give an invented person a sign-in whose password is known; it counts as confirmed. Everybody else is invited
    (`invitations.invite`)."""
    staff = Staff.objects.create_user(username, password=password, name=name, role=role, clinic=clinic)
    record(
        action="joined clinic", subject=staff, by=staff, at=at, detail={"role": str(role), "confirmed": True}
    )
    return staff


@transaction.atomic
def change_role(*, staff: Staff, role: Role, by: Staff, at: datetime) -> None:
    """Give someone another role; the same one changes nothing. Nobody changes their own."""
    check_role(by, "staff.manage")
    _check_other_person(staff, by)
    if staff.role == role:
        return
    before, staff.role = staff.role, role
    staff.save(update_fields=["role"])
    sign_in_changed(staff)
    record(action="changed role", subject=staff, by=by, at=at, detail={"before": before, "after": str(role)})


@transaction.atomic
def close_account(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Close a sign-in. Open sessions end, also should the account open again. What the person did stays theirs."""
    check_role(by, "staff.manage")
    _check_other_person(staff, by)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    end_sessions(staff)
    record(action="closed account", subject=staff, by=by, at=at)


@transaction.atomic
def reopen_account(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Open a closed sign-in again."""
    check_role(by, "staff.manage")
    _check_other_person(staff, by)
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    sign_in_changed(staff)
    record(action="reopened account", subject=staff, by=by, at=at)


def _check_other_person(staff: Staff, by: Staff) -> None:
    check_same_clinic(by, staff)
    if staff.pk == by.pk:
        raise PermissionError("This is your own sign-in. Another medical director must change it.")
