"""Setting up the week of a clinic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking.models import WeekSetup
from tenuto.clinic.booking.services.standing import BookingRefused
from tenuto.clinic.ledger.facts import newest, recorded
from tenuto.clinic.ledger.services import record
from tenuto.core.data import DataError
from tenuto.core.scheduling.week import ClinicWeek, read_week

__all__ = ["has_week", "set_week", "week_of"]

NAME = "The clinic's week"


@transaction.atomic
def set_week(*, content: Mapping[str, Any], by: Staff, at: datetime) -> WeekSetup:
    """Keep a new setup of the week. Nothing that stands is moved. Raises BookingRefused and PermissionError."""
    check_role(by, "booking.week")
    try:
        read_week(content, name=NAME)
    except DataError as error:
        raise BookingRefused(str(error)) from error
    row = WeekSetup.objects.create(clinic_id=by.clinic_id, content=dict(content), **recorded(by, at))
    record(action="set up the week", subject=row, by=by, at=at)
    return row


def week_of(clinic: Clinic) -> ClinicWeek:
    """The newest setup of a clinic. Raises BookingRefused where there is none."""
    row = newest(WeekSetup.objects.filter(clinic=clinic))
    if row is None:
        raise BookingRefused(
            f"The week of {clinic} is not set up yet: no chairs, hours or shifts. The medical director or a coordinator sets it up."
        )
    return read_week(row.content, name=NAME)


def has_week(clinic: Clinic) -> bool:
    """Whether the clinic's week is set up. One query."""
    return WeekSetup.objects.filter(clinic=clinic).exists()
