"""Dates, ages and durations as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tenuto.clinic.ui import words


def test_days_and_moments():
    assert words.day(date(2026, 11, 24)) == "Tue 24 Nov"
    assert words.long_day(date(2026, 11, 24)) == "Tue 24 Nov 2026"
    assert words.moment(datetime(2026, 11, 24, 9, 30, tzinfo=UTC)) == "Tue 24 Nov, 09:30"


@pytest.mark.parametrize(
    ("year", "said"),
    [(2026, "Fri 1 May, 10:00"), (2027, "Sat 1 May, 10:00"), (2019, "Wed 1 May 2019, 10:00")],
)
def test_a_moment_of_a_year_that_is_over_has_its_year(year, said, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
    assert words.moment(datetime(year, 5, 1, 10, 0, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (40, "40 min"),
        (120, "120 min"),
        (121, "2 h 1 min"),
        (180, "3 h"),
        (240, "4 h"),
        (2879, "47 h 59 min"),
        (2880, "2 days"),
        (28736, "19 days 22 h"),
    ],
)
def test_minutes_until_120_then_hours_then_days(minutes, text):
    assert words.duration(minutes) == text


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(1981, 5, 4), date(2026, 5, 3), 44),
        (date(1981, 5, 4), date(2026, 5, 4), 45),
    ],
)
def test_age_counts_completed_years(born, on, years):
    assert words.age(born, on) == years


def test_how_long_ago():
    today = date(2026, 11, 24)
    told = [words.ago(date(2026, 11, d), today) for d in (24, 23, 16, 25)]
    assert told == ["today", "yesterday", "8 days ago", "in 1 day"]
