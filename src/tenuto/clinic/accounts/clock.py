"""The clinic's own clock. A day begins where the clinic is, not where the server or the browser is.

Whoever needs this instant, a day or an hour asks here; instants are kept in UTC. `recorded_on` of a fact is the day as the
clock said when it was recorded.

The clock of an invented clinic can stand ahead, so that a visitor sees time pass; never in production. The audit
chain alone keeps the server's own time (`AuditEvent.recorded_at`), and the order of facts is that of its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

if TYPE_CHECKING:
    from tenuto.clinic.accounts.models import Clinic

__all__ = [
    "check_zone",
    "clinic_clock",
    "day_at_hand",
    "day_of",
    "end_of_day",
    "furthest",
    "instant",
    "local",
    "now",
    "on_the_clock_of",
    "standing_at",
    "start_of_day",
    "today",
]

LAST_MINUTE = time(23, 59)


_ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))
"""How far the clock at hand is ahead of the server's."""
_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)
"""Where every clock stands, while time is moved forward."""


def instant() -> datetime:
    """This instant by the clock at hand: that of the clinic of who is signed in or came by a link, else the server's."""
    return _standing.get() or timezone.now() + _ahead.get()


def day_at_hand() -> date:
    """The day by the clock at hand, in the zone of the request: for a form, which knows no clinic."""
    return timezone.localtime(instant()).date()


def now(clinic: Clinic) -> datetime:
    """This moment, in the clinic's zone."""
    return local(clinic, _standing.get() or timezone.now() + clinic.ahead)


def furthest() -> datetime:
    """This instant by the clock that is furthest ahead: what no clinic waits for any more. One query, none in production."""
    from tenuto.clinic.accounts.models import Clinic

    moved = (
        []
        if settings.PRODUCTION
        else [each.ahead for each in Clinic.objects.filter(Q(days_ahead__gt=0) | Q(minutes_ahead__gt=0))]
    )
    return timezone.now() + max(moved, default=timedelta(0))


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


def end_of_day(clinic: Clinic, day: date) -> datetime:
    """The last minute of a day at the clinic: until when something is due that is due on the day, and reads as that day."""
    return datetime.combine(day, LAST_MINUTE, ZoneInfo(clinic.zone))


@contextmanager
def on_the_clock_of(clinic: Clinic) -> Iterator[None]:
    """Inside it, times are asked of the clinic's clock, and read from forms and shown on pages as it says."""
    before = _ahead.set(clinic.ahead)
    try:
        with timezone.override(ZoneInfo(clinic.zone)):
            yield
    finally:
        _ahead.reset(before)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Inside it, every clock stands at that moment: what would have been done then is done now. For a demonstration.

    Raises ValueError for a moment without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone, so no clock can stand there.")
    before = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(before)


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
