"""The rota: who is on call, so that an alarming answer is read at once and not on Monday (hazard H18)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import WHO_MAY
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ports.actors import check_may
from tenuto.clinic.ports.models import OnCallEnd, OnCallShift

__all__ = [
    "LONGEST_SHIFT",
    "ShiftRefused",
    "end_shift",
    "may_be_on_call",
    "may_take_out",
    "on_call",
    "put_on_call",
    "shifts_ahead",
]

LONGEST_SHIFT = timedelta(days=14)
"""Nobody is on call for longer without a break; a longer one is a slip of the keyboard."""


class ShiftRefused(ValueError):
    """The shift can't be so. The text says what to change; nothing was saved."""


def may_be_on_call(clinic: Clinic) -> QuerySet[Staff]:
    """Who may record a triage, and so may act on an alarming answer."""
    roles = WHO_MAY["scale.triage"].roles
    return clinic.staff.filter(is_active=True, role__in=roles).order_by("name", "pk")


@transaction.atomic
def put_on_call(
    *, staff: Staff, begins_at: datetime, ends_at: datetime, phone: str, by: Staff, at: datetime
) -> OnCallShift:
    """Put somebody on call who may record a triage. Raises ShiftRefused, PermissionError and WrongClinic."""
    clinic = check_may(by, "rota.set", staff)
    if staff not in may_be_on_call(by.clinic):
        raise ShiftRefused(
            f"{staff} may not record a suicide triage, so they can't be on call. Choose a clinician."
        )
    if not begins_at < ends_at <= begins_at + LONGEST_SHIFT:
        raise ShiftRefused(
            f"A shift ends after it begins, and lasts {LONGEST_SHIFT.days} days at most. Correct the times."
        )
    if ends_at <= at:
        raise ShiftRefused("This shift is over already. Correct the times.")
    if not any(sign.isdigit() for sign in phone):
        raise ShiftRefused("Write the number at which they are reached.")
    # Held until this transaction ends: the same shift sent twice is kept once.
    Clinic.objects.select_for_update().get(pk=clinic)
    kept = OnCallShift.objects.filter(clinic_id=clinic, staff=staff, end__isnull=True)
    if kept.filter(begins_at__lt=ends_at, ends_at__gt=begins_at).exists():
        raise ShiftRefused(
            f"{staff} is on call at that time already. Take that shift out, or change the times."
        )
    row = OnCallShift.objects.create(
        clinic_id=clinic,
        staff=staff,
        begins_at=begins_at,
        ends_at=ends_at,
        phone=phone.strip(),
        **recorded(by, at),
    )
    record(action="put on call", subject=row, by=by, at=at, detail={"staff": staff.audit_name})
    return row


@transaction.atomic
def end_shift(*, shift: UUID, by: Staff, at: datetime) -> None:
    """Take a shift of the clinic of `by` out of the rota: one's own, or a colleague's by who may do that.

    Twice changes nothing. Raises `OnCallShift.DoesNotExist` and PermissionError.
    """
    clinic = check_may(by, "rota.set")
    found = OnCallShift.objects.select_for_update().get(pk=shift, clinic_id=clinic)
    if not may_take_out(found, by):
        check_may(by, "rota.take_out")
    if OnCallEnd.objects.filter(shift=found).exists():
        return
    OnCallEnd.objects.create(shift=found, **recorded(by, at))
    record(action="took off call", subject=found, by=by, at=at, detail={"staff": found.staff.audit_name})


def may_take_out(shift: OnCallShift, by: Staff) -> bool:
    """Whether somebody may take a shift out: their own, or any by whoever answers for who is reached."""
    return may(by, "rota.set") and (shift.staff_id == by.pk or may(by, "rota.take_out"))


def on_call(clinic: UUID, *, at: datetime) -> list[Staff]:
    """Who is on call at a moment, whose shift began last first. One query."""
    kept = OnCallShift.objects.filter(clinic=clinic, end__isnull=True, staff__is_active=True)
    now = kept.filter(begins_at__lte=at, ends_at__gt=at).select_related("staff")
    return [shift.staff for shift in now.order_by("-begins_at", "-event_number")]


def shifts_ahead(clinic: UUID, *, at: datetime) -> list[OnCallShift]:
    """The shifts that are not over, the next one first. One query."""
    kept = OnCallShift.objects.filter(clinic=clinic, end__isnull=True, ends_at__gt=at)
    return list(kept.select_related("staff").order_by("begins_at", "event_number"))
