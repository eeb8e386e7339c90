"""Nights on which the clocks change, leap days and hours that come twice, in zones that have them at odd hours."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.booking.preparation import clock_steps, reminders
from tenuto.core.scheduling.clock import instant_of, midnight_after
from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.period import SeriesRequest
from tenuto.core.scheduling.repair import repair
from tenuto.core.scheduling.verify import verify
from tenuto.core.scheduling.week import ClinicWeek, read_week

CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Pacific/Chatham", date(2026, 4, 5)),  # at 03:45, the zone being 45 minutes off the hour
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # put forward at midnight: that day begins at 01:00
    ("America/Sao_Paulo", date(2018, 2, 18)),  # put back at midnight: the hour before it comes twice
    ("Africa/Casablanca", date(2026, 2, 15)),  # put back for Ramadan
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Pacific/Apia", date(2011, 12, 29)),  # the day after there was none
    ("Europe/Berlin", date(2028, 2, 29)),
    ("America/New_York", date(2028, 2, 29)),
]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def week(opens: str = "06:00", closes: str = "20:00") -> ClinicWeek:
    hours = {day: [opens, closes] for day in DAYS}
    return read_week(
        {
            "chairs": ["a", "b"], "hours": hours, "nurses": {"N": hours, "M": hours}, "closed": [],
            "profile": {"prepare": 10, "infuse": 40, "observe": 120, "turnover": 10},
            "prescribers": {"D": hours}, "monitors": 2,
        },
        name="week",
    )  # fmt: skip


def asked(zone: ZoneInfo, first: date, last: date, count: int) -> SeriesRequest:
    begin = midnight_after(first - timedelta(days=1), zone)
    return SeriesRequest("A", count, 1, 3, begin, midnight_after(last, zone))


@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_a_series_over_the_change_is_whole_and_each_visit_as_long_as_any(name, day):
    zone = ZoneInfo(name)
    first, last = day - timedelta(days=3), day + timedelta(days=3)
    request = asked(zone, first, last, 4)
    period = week().period(zone, first, last, requests=(request,))
    visits = first_fit(period)
    assert len(visits) == 4
    assert verify(period, visits) == ()
    for visit in visits:
        assert visit.end.astimezone(UTC) - visit.start.astimezone(UTC) == timedelta(minutes=170)
        assert visit.start.astimezone(zone).time() >= time(6)
        assert visit.start.astimezone(zone).minute % 15 == 0
    # A day is a date of the clinic, however many hours it has.
    dates = [visit.start.astimezone(zone).date() for visit in visits]
    assert all(1 <= (b - a).days <= 3 for a, b in pairwise(dates))


@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_a_day_that_is_lost_is_repaired_on_another(name, day):
    zone = ZoneInfo(name)
    first, last = day - timedelta(days=3), day + timedelta(days=3)
    request = asked(zone, first, last, 3)
    period = week().period(zone, first, last, requests=(request,))
    visits = first_fit(period)
    now = midnight_after(first - timedelta(days=1), zone)
    found = repair(period, visits, now=now, given_up=visits[1:2])
    assert (len(found.visits), found.broken, found.moved) == (3, (), ())


@settings(max_examples=60)
@given(st.sampled_from(CHANGES), st.integers(0, 47), st.integers(-1, 1))
def test_the_fast_is_as_many_hours_as_it_says_whatever_the_clock_does(change, half_hours, off):
    zone = ZoneInfo(change[0])
    start = (
        midnight_after(change[1] - timedelta(days=1), zone).astimezone(UTC)
        + timedelta(days=off, minutes=30 * half_hours)
    ).astimezone(zone)
    hours = {step.id: start.astimezone(UTC) - step.at.astimezone(UTC) for step in clock_steps(start, zone)}
    assert hours == {"meal": timedelta(hours=8), "solids": timedelta(hours=6), "liquids": timedelta(hours=2)}
    due = reminders(start, zone)
    assert list(due) == sorted(due)
    assert all(each < start.astimezone(UTC) for each in due)


def test_a_visit_in_the_hour_that_comes_twice_is_told_apart_from_the_other():
    """In the night in which New York puts the clocks back two visits start at 01:00 of the clock, an hour apart."""
    zone, day = ZoneInfo("America/New_York"), date(2026, 11, 1)
    request = asked(zone, day, day, 1)
    period = week("00:00", "20:00").period(zone, day, day, requests=(request,))
    first, second = (datetime.combine(day, time(1), zone).replace(fold=fold) for fold in (0, 1))
    one, other = (period.visit(request, 1, "a", "N", start) for start in (first, second))
    assert other.start.astimezone(UTC) - one.start.astimezone(UTC) == timedelta(hours=1)
    fixed = week("00:00", "20:00").period(zone, day, day, fixed=(one,), requests=(request,))
    assert any("is taken twice" in sentence for sentence in verify(fixed, [other]))


@pytest.mark.parametrize(
    ("name", "local", "words"),
    [
        ("America/Sao_Paulo", "2018-11-04T00:30", "does not exist"),
        ("America/Sao_Paulo", "2018-02-17T23:30", "comes twice"),
        ("Pacific/Chatham", "2026-09-27T03:00", "does not exist"),
        ("Pacific/Chatham", "2026-04-05T03:00", "comes twice"),
        ("Africa/Casablanca", "2026-03-22T02:30", "does not exist"),
        ("Pacific/Apia", "2011-12-30T12:00", "does not exist"),
    ],
)
def test_an_hour_that_is_not_or_is_twice_is_asked_about(name, local, words):
    with pytest.raises(ValueError, match=words):
        instant_of(datetime.fromisoformat(local), ZoneInfo(name))


@pytest.mark.parametrize(
    ("name", "day", "hours", "elapsed"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), ("00:30", "20:00"), 18.5),
        ("America/New_York", date(2026, 11, 1), ("01:30", "20:00"), 18.5),
        ("America/New_York", date(2026, 11, 1), ("00:00", "01:30"), 1.5),
        ("Pacific/Chatham", date(2026, 9, 27), ("03:00", "20:00"), 16),
    ],
)
def test_hours_that_the_clock_skips_or_shows_twice_make_no_day_longer(name, day, hours, elapsed):
    (found,) = week(*hours).period(ZoneInfo(name), day, day).days
    length = found.open.end.astimezone(UTC) - found.open.start.astimezone(UTC)
    assert length == timedelta(hours=elapsed)


def test_a_date_that_the_zone_passed_over_is_no_day():
    days = week().period(ZoneInfo("Pacific/Apia"), date(2011, 12, 29), date(2011, 12, 31)).days
    assert [day.date for day in days] == [date(2011, 12, 29), date(2011, 12, 31)]
