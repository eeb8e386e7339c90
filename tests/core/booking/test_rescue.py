"""Between which days a slot is kept for a patient in maintenance who may drift."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.booking.rescue import rescue_days

LAST = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("booked", "gap", "first", "last"), [(28, 2, 14, 26), (14, 2, 7, 12), (21, 7, 10, 14), (4, 2, 2, 2)]
)
def test_from_half_the_way_on_and_a_gap_away_from_both(booked, gap, first, last):
    days = rescue_days(LAST, LAST + timedelta(days=booked), least_gap_days=gap)
    assert days == (LAST + timedelta(days=first), LAST + timedelta(days=last))


@given(st.integers(min_value=0, max_value=200), st.integers(min_value=0, max_value=30))
def test_it_keeps_the_gap_or_there_is_none(booked, gap):
    days = rescue_days(LAST, LAST + timedelta(days=booked), least_gap_days=gap)
    if days is None:
        assert booked < 2 * max(gap, 1) or booked - max(gap, 1) < round(booked * 0.5)
    else:
        assert LAST + timedelta(days=max(gap, 1)) <= days[0] <= days[1]
        assert days[1] == LAST + timedelta(days=booked - max(gap, 1))
