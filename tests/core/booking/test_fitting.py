"""What of a booked series no longer fits: too many visits, too near, too far apart."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.booking.fitting import misfits

MONDAY = date(2026, 12, 7)


def on(*days):
    return [MONDAY + timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("days", "after", "left", "words"),
    [
        ((0, 2, 4), None, 3, []),
        ((0, 2), None, 3, []),
        ((0, 2, 4), None, 1, ["3 visits are booked, and the plan has 1 left: cancel 2."]),
        ((0, 2, 4), None, 2, ["3 visits are booked, and the plan has 2 left: cancel one."]),
        ((0, 1), None, 2, ["Only 1 day lies between Mon 7 Dec and Tue 8 Dec; the plan has at least 2."]),
        ((0, 9), None, 2, ["9 days lie between Mon 7 Dec and Wed 16 Dec; the plan has at most 7."]),
        ((0,), -1, 1, ["Only 1 day lies between Sun 6 Dec and Mon 7 Dec; the plan has at least 2."]),
        ((0,), -30, 1, []),
        ((), -1, 0, []),
    ],
)
def test_what_no_longer_fits_is_said(days, after, left, words):
    last = None if after is None else MONDAY + timedelta(days=after)
    assert list(misfits(on(*days), left=left, least_gap_days=2, most_gap_days=7, after=last)) == words


@given(st.lists(st.integers(min_value=2, max_value=7), max_size=8), st.randoms())
def test_a_series_that_keeps_the_gaps_fits_in_any_order(gaps, chance):
    days = [MONDAY + timedelta(days=sum(gaps[:n])) for n in range(len(gaps) + 1)]
    chance.shuffle(days)
    assert misfits(days, left=len(days), least_gap_days=2, most_gap_days=7, after=None) == ()
