"""The clock times of a preparation, on ordinary days and in nights in which the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.booking.preparation import clock_steps, preparation_rules, reminders, still_to_offer

BERLIN, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("start", "clock"),
    [
        (datetime(2026, 12, 9, 9, 30, tzinfo=BERLIN), ["01:30", "03:30", "07:30"]),
        (datetime(2026, 12, 9, 7, 0, tzinfo=CHICAGO), ["23:00", "01:00", "05:00"]),
        (datetime(2026, 3, 29, 9, 0, tzinfo=BERLIN), ["00:00", "03:00", "07:00"]),
        (datetime(2026, 10, 25, 9, 0, tzinfo=BERLIN), ["02:00", "03:00", "07:00"]),
        (datetime(2028, 2, 29, 9, 0, tzinfo=BERLIN), ["01:00", "03:00", "07:00"]),
    ],
)
def test_clock_times(start, clock):
    steps = clock_steps(start, start.tzinfo)
    assert [f"{step.at:%H:%M}" for step in steps] == clock
    assert [step.id for step in steps] == ["meal", "solids", "liquids"]


@given(
    st.integers(0, 2 * 365 * 24 * 4).map(
        lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * n)
    ),
    st.sampled_from(
        [BERLIN, CHICAGO, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Santiago"), ZoneInfo("UTC")]
    ),
)
def test_hours_are_elapsed_hours_whatever_the_clock_does(start, zone):
    hours = sorted((start - step.at.astimezone(UTC) for step in clock_steps(start, zone)), reverse=True)
    assert hours == [timedelta(hours=8), timedelta(hours=6), timedelta(hours=2)]
    found = reminders(start, zone)
    assert all(each < start for each in found)
    assert list(found) == sorted(found)
    assert {start - timedelta(hours=72), start - timedelta(hours=24)} <= set(found)


def test_a_freed_place_is_offered_only_while_one_can_fast():
    start = datetime(2026, 12, 9, 9, 30, tzinfo=BERLIN)
    before = preparation_rules().offer_before
    assert still_to_offer(start, start - before)
    assert not still_to_offer(start, start - before + timedelta(minutes=1))
