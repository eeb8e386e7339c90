"""The independent check: what a day can hold as a table, and every rule of a series broken once."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from tenuto.core.scheduling.period import BookedVisit, Chair, Nurse
from tenuto.core.scheduling.verify import verify
from tests.core.scheduling.cases import MONDAY, PROFILE, ZONE, asking, at, clinic, dates, day_span
from tests.spec.tables import rows

STAY = timedelta(minutes=PROFILE.stay_minutes)


def visit(patient, n, start, chair="C0", nurse="N0"):
    return BookedVisit(patient, n, chair, nurse, start, start + STAY)


@pytest.mark.parametrize("row", rows("scheduling/one-day.md"))
def test_what_one_day_can_hold(row):
    places = [place.split() for place in row["visits"].split(", ")]
    requests = [asking(f"P{k}", [MONDAY]) for k in range(len(places))]
    period = replace(
        clinic([MONDAY], *requests),
        chairs=(Chair("A"), Chair("B")),
        nurses=(Nurse("N", (day_span(MONDAY, 8, 14),)), Nurse("M", (day_span(MONDAY, 10, 12),))),
    )
    starts = [time.fromisoformat(start) for _, _, start in places]
    visits = [
        visit(f"P{k}", 1, at(MONDAY, start.hour + start.minute / 60), chair, nurse)
        for k, ((chair, nurse, _), start) in enumerate(zip(places, starts, strict=True))
    ]
    broken = verify(period, visits)
    assert (row["answer"] == "holds") == (not broken), broken
    assert row["answer"] == "holds" or row["answer"] in broken[0]


DAYS = dates(10)


def series(*offsets, numbers=None):
    numbers = numbers or range(1, len(offsets) + 1)
    return [visit("P", n, at(DAYS[k], 9)) for n, k in zip(numbers, offsets, strict=True)]


@pytest.mark.parametrize(
    ("visits", "word"),
    [
        (series(0, 2, 5), ""),
        (series(0, 1), "are 1 days; 2 to 3"),
        (series(0, 4), "are 4 days; 2 to 3"),
        (series(0, 2, 4, 6), "not numbered"),
        (series(0, 2, numbers=(2, 1)), "not numbered"),
        (series(0, 2, numbers=(1, 3)), "not numbered"),
        ([visit("Q", 1, at(DAYS[0], 9))], "was not asked for"),
        ([replace(series(0)[0], end=at(DAYS[0], 12))], "is not 110 min long"),
        ([visit("P", 1, at(DAYS[9], 9))], "latest"),
        ([visit("P", 1, at(DAYS[8], 9))], "can't come"),
        ([visit("P", 1, at(DAYS[0], 13))], "hours of a clinic day"),
    ],
)
def test_every_rule_of_a_series(visits, word):
    request = replace(
        asking("P", DAYS[:9], 3, 2, 3), available=tuple(day_span(day, 8, 14) for day in DAYS[:8])
    )
    broken = verify(clinic(DAYS, request), visits)
    assert (not broken) if not word else word in " ".join(broken)


def test_a_fixed_visit_of_the_same_patient_keeps_its_distance():
    period = clinic(DAYS, asking("P", DAYS, 1, 2, 3), fixed=(visit("P", 0, at(DAYS[3], 9)),))
    assert "from the fixed visit" in verify(period, [visit("P", 1, at(DAYS[4], 9))])[0]
    assert verify(period, [visit("P", 1, at(DAYS[5], 9))]) == ()


def test_two_spans_that_meet_are_one_shift():
    request = asking("P", [MONDAY], available=(day_span(MONDAY, 8, 9.5), day_span(MONDAY, 9.5, 12)))
    period = clinic([MONDAY], request)
    halves = Nurse("N0", (day_span(MONDAY, 8, 9.25), day_span(MONDAY, 9.25, 14)))
    assert verify(replace(period, nurses=(halves,)), [visit("P", 1, at(MONDAY, 9))]) == ()


def test_the_night_of_the_changed_clocks_is_as_long_as_it_is():
    """On Sun 29 Mar the clock of Berlin shows 03:00 after 01:59: the shift from 00:30 to 04:00 has two hours and a half."""
    sunday = MONDAY + timedelta(days=6)
    night = day_span(sunday, 0.5, 4)
    period = clinic([sunday], asking("P", [sunday]))
    period = replace(period, days=(replace(period.days[0], open=night),), nurses=(Nurse("N0", (night,)),))
    booked = period.visit(period.requests[0], 1, "C0", "N0", at(sunday, 0.5))
    assert booked.end == at(sunday, 3 + 20 / 60)
    assert booked.end.utcoffset() == timedelta(hours=2)
    assert booked.start.tzinfo is ZONE
    assert verify(period, [booked]) == ()
    assert (
        "hours of a clinic day"
        in verify(period, [period.visit(period.requests[0], 1, "C0", "N0", at(sunday, 1.75))])[0]
    )
