"""Opening a clinic, and giving staff their sign-ins."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenuto.clinic.accounts.clock import check_zone
from tenuto.clinic.accounts.guards import WrongClinic, check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Role, Staff
from tenuto.clinic.accounts.news import sign_in_changed
from tenuto.clinic.accounts.sessions import end_sessions
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.services import record

__all__ = [
    "change_role",
    "close_account",
    "employ",
    "open_clinic",
    "reopen_account",
    "set_clinic_words",
    "set_clinic_zone",
]


@transaction.atomic
def open_clinic(*, name: str, demonstration: bool, invented: bool | None = None, zone: str = "") -> Clinic:
    """Open a clinic. Its first member of staff is added with `employ`. A demonstration's people are invented.

    `zone` is the time zone of its clock, the installation's when empty. Raises ValueError for an unknown one.
    """
    clinic = Clinic.objects.create(
        name=name,
        demonstration=demonstration,
        invented=demonstration if invented is None else invented,
        zone=check_zone(zone or settings.TIME_ZONE),
    )
    # Nobody works there yet who could have done it.
    record(
        action="opened clinic",
        subject=clinic,
        by=Someone("system", clinic.pk, "Tenuto itself"),
        at=timezone.now(),
    )
    return clinic


@transaction.atomic
def set_clinic_words(*, clinic: Clinic, phone: str, crisis_words: str, by: Staff, at: datetime) -> None:
    """What patients are told: the clinic's number, and whom to call in danger. Empty words bring back the shipped ones."""
    if by.clinic_id != clinic.pk:
        raise WrongClinic(f"{by.audit_name} acts on another clinic. Nothing was saved.")
    before = {"phone": clinic.phone, "crisis_words": clinic.crisis_words}
    clinic.phone, clinic.crisis_words = phone.strip(), crisis_words.strip()
    clinic.save(update_fields=["phone", "crisis_words"])
    after = {"phone": clinic.phone, "crisis_words": clinic.crisis_words}
    record(
        action="changed what patients are told",
        subject=clinic,
        by=by,
        at=at,
        detail={"before": before, "after": after},
    )


@transaction.atomic
def set_clinic_zone(*, clinic: Clinic, zone: str, by: Staff, at: datetime) -> None:
    """Set the clinic's clock to a time zone. What was recorded keeps the day it had. Raises ValueError for an unknown one."""
    if by.clinic_id != clinic.pk:
        raise WrongClinic(f"{by.audit_name} acts on another clinic. Nothing was saved.")
    before, clinic.zone = clinic.zone, check_zone(zone)
    clinic.save(update_fields=["zone"])
    detail = {"before": before, "after": clinic.zone}
    record(action="set time zone", subject=clinic, by=by, at=at, detail=detail)


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
    _check_other_person(staff, by)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    end_sessions(staff)
    record(action="closed account", subject=staff, by=by, at=at)


@transaction.atomic
def reopen_account(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Open a closed sign-in again."""
    _check_other_person(staff, by)
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    sign_in_changed(staff)
    record(action="reopened account", subject=staff, by=by, at=at)


def _check_other_person(staff: Staff, by: Staff) -> None:
    check_same_clinic(by, staff)
    if staff.pk == by.pk:
        raise PermissionError("This is your own sign-in. Another medical director must change it.")
