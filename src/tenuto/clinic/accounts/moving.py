"""Setting the clock of invented clinics ahead."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.services import record

__all__ = ["MOST_DAYS_AHEAD", "RealClock", "check_days_ahead", "set_ahead", "set_minutes_ahead"]

MOST_DAYS_AHEAD = 5 * 365
"""How far a clock stands ahead at most: beyond, the invented patients are other people, and calendars end."""


MINUTES_OF_DAY = 24 * 60


class RealClock(PermissionError):
    """The clock of a clinic with patients is never moved."""


def check_days_ahead(clinic: Clinic, days: int) -> None:
    """Raise ValueError, in a sentence, unless the clock of `clinic` may be set so many further days ahead."""
    if days < 1:
        raise ValueError(f"Time is moved forward by whole days, not by {days}.")
    left = MOST_DAYS_AHEAD - clinic.days_ahead
    if days > left:
        ways = (
            f"by {left} at most"
            if left > 0
            else "no further; serve another demonstration, which begins today"
        )
        raise ValueError(
            f"The clock of {clinic.name} stands {clinic.days_ahead} days ahead, and {MOST_DAYS_AHEAD} are the most. "
            f"It can't be moved by {days} more: move it {ways}."
        )


@transaction.atomic
def set_ahead(*, clinic: Clinic, days: int, by: Actor, at: datetime) -> None:
    """Set the clock of an invented clinic so many further days ahead. Time goes forward only.

    Raises `RealClock` in production and for a clinic whose people exist, ValueError for less than a day and beyond
    `MOST_DAYS_AHEAD`.
    """
    held = _held(clinic)
    check_days_ahead(held, days)
    _move(held, days=days, by=by, at=at, detail={"days": days, "ahead": held.days_ahead + days})
    clinic.days_ahead = held.days_ahead


@transaction.atomic
def set_minutes_ahead(*, clinic: Clinic, minutes: int, by: Actor, at: datetime) -> None:
    """Set the clock of an invented clinic some further minutes ahead; what makes a day of them counts as one.

    Raises `RealClock` as `set_ahead` does, and ValueError for less than a minute and beyond `MOST_DAYS_AHEAD`.
    """
    held = _held(clinic)
    if minutes < 1:
        raise ValueError(f"Time is moved forward by whole minutes, not by {minutes}.")
    days, rest = divmod(held.minutes_ahead + minutes, MINUTES_OF_DAY)
    if days:
        check_days_ahead(held, days)
    held.minutes_ahead = rest
    _move(held, days=days, by=by, at=at, detail={"minutes": minutes})
    clinic.days_ahead, clinic.minutes_ahead = held.days_ahead, held.minutes_ahead


def _held(clinic: Clinic) -> Clinic:
    if settings.PRODUCTION or not clinic.invented:
        raise RealClock(f"The clock of {clinic.name} is not moved: only that of an invented clinic is.")
    return Clinic.objects.select_for_update().get(pk=clinic.pk)


def _move(held: Clinic, *, days: int, by: Actor, at: datetime, detail: dict[str, int]) -> None:
    held.days_ahead += days
    held.save(update_fields=["days_ahead", "minutes_ahead"])
    record(action="moved time forward", subject=held, by=by, at=at, detail=detail)
