"""The first maintenance windows as dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tenuto.core.course.windows import first_windows
from tenuto.core.literature.maintenance import maintenance_rule

LAST = date(2026, 12, 4)


def test_windows_count_from_the_last_infusion_at_the_earliest_and_at_the_latest():
    windows = first_windows(maintenance_rule("every-2-4-weeks"), LAST, count=3)
    assert [(w.n, (w.first - LAST).days, (w.last - LAST).days) for w in windows] == [
        (1, 14, 28),
        (2, 28, 56),
        (3, 42, 84),
    ]


def test_a_rule_with_a_count_ends_there():
    windows = first_windows(maintenance_rule("weekly-four"), LAST, count=9)
    assert [w.first for w in windows] == [LAST + timedelta(days=7 * n) for n in range(1, 5)]
    assert all(w.first == w.last for w in windows)


@pytest.mark.parametrize("id_", ["as-needed", "individual-boosters", "none"])
def test_what_falls_due_as_needed_has_no_dates(id_):
    assert first_windows(maintenance_rule(id_), LAST, count=3) == ()
