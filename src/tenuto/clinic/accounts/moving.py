"""Setting the clock of invented clinics ahead."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.services import record

__all__ = ["RealClock", "set_ahead"]


class RealClock(PermissionError):
    """The clock of a clinic with patients is never moved."""


@transaction.atomic
def set_ahead(*, clinic: Clinic, days: int, by: Actor, at: datetime) -> None:
    """Set the clock of an invented clinic so many further days ahead. Time goes forward only.

    Raises `RealClock` in production and for a clinic whose people exist, ValueError for less than a day.
    """
    if settings.PRODUCTION or not clinic.invented:
        raise RealClock(f"The clock of {clinic.name} is not moved: only that of an invented clinic is.")
    if days < 1:
        raise ValueError(f"Time is moved forward by whole days, not by {days}.")
    held = Clinic.objects.select_for_update().get(pk=clinic.pk)
    held.days_ahead += days
    held.save(update_fields=["days_ahead"])
    clinic.days_ahead = held.days_ahead
    detail = {"days": days, "ahead": held.days_ahead}
    record(action="moved time forward", subject=held, by=by, at=at, detail=detail)
