"""The clinic's own clock. A day begins where the clinic is, not where the server or the browser is.

Instants are asked of `django.utils.timezone.now` and kept in UTC; whoever needs a day or an hour asks here, with the
clinic. `recorded_on` of a fact is the day as the clock said when it was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

if TYPE_CHECKING:
    from tenuto.clinic.accounts.models import Clinic

__all__ = [
    "check_zone",
    "clinic_clock",
    "day_of",
    "local",
    "now",
    "on_the_clock_of",
    "start_of_day",
    "today",
]


def now(clinic: Clinic) -> datetime:
    """This moment, in the clinic's zone."""
    return local(clinic, timezone.now())


def today(clinic: Clinic) -> date:
    """The day that it is at the clinic."""
    return now(clinic).date()


def local(clinic: Clinic, moment: datetime) -> datetime:
    """A moment in the clinic's zone. Raises ValueError for one without a zone, which could be any hour."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone, so nobody knows when it is at {clinic.name}.")
    return moment.astimezone(ZoneInfo(clinic.zone))


def day_of(clinic: Clinic, moment: datetime) -> date:
    """The day on which a moment falls at the clinic."""
    return local(clinic, moment).date()


def start_of_day(clinic: Clinic, day: date) -> datetime:
    """The first moment of a day at the clinic. Days are not always 24 hours long; ask for both ends."""
    return datetime.combine(day, time.min, ZoneInfo(clinic.zone))


def on_the_clock_of(clinic: Clinic) -> AbstractContextManager[None]:
    """Inside it, times are read from forms and shown on pages as the clinic's clock says."""
    return timezone.override(ZoneInfo(clinic.zone))


def clinic_clock(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that sets the clock of the clinic of who is signed in, for this request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        with on_the_clock_of(request.user.clinic):
            return get_response(request)

    return middleware


def check_zone(name: str) -> str:
    """The name of a time zone. Raises ValueError, in a sentence, for one that nobody knows."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"'{name[:60]}' is not a known time zone. Use one such as Europe/London or America/Chicago."
        ) from None
