"""Prescribers on site, monitors, and who takes the patient home: kept by the makers and by the check, and said in words."""

from dataclasses import replace

import pytest

from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.options import series_options
from tenuto.core.scheduling.period import Prescriber, Wishes
from tenuto.core.scheduling.propose import propose
from tenuto.core.scheduling.reasons import unplaced
from tenuto.core.scheduling.repair import repair
from tenuto.core.scheduling.verify import verify
from tests.core.scheduling.cases import MONDAY, asking, at, clinic, dates, day_span

DAYS = dates(3)
SECONDS = 20


def on_site(*spans):
    return (Prescriber("Dr. A", spans),)


@pytest.mark.parametrize("how", [first_fit, lambda period: propose(period, seconds=SECONDS).visits])
def test_a_visit_is_infused_while_a_prescriber_is_on_site(how):
    """From 10:00 to 11:00 there is one: 50 min of preparation and infusion end by then, the hour of observation does not."""
    period = clinic([MONDAY], asking("A", [MONDAY]), prescribers=on_site(day_span(MONDAY, 10, 11)))
    (visit,) = how(period)
    assert visit.start == at(MONDAY, 10)
    assert verify(period, [visit]) == ()
    late = period.visit(period.requests[0], 1, "C0", "N0", at(MONDAY, 10.25))
    assert "no prescriber is on site until the infusion ends" in verify(period, [late])[0]


def test_one_prescriber_takes_over_from_another():
    both = (Prescriber("A", (day_span(MONDAY, 8, 8.5),)), Prescriber("B", (day_span(MONDAY, 8.5, 9),)))
    period = clinic([MONDAY], asking("A", [MONDAY]), prescribers=both)
    (visit,) = first_fit(period)
    assert (visit.start, verify(period, [visit])) == (at(MONDAY, 8), ())


def test_where_no_prescriber_is_named_none_is_asked_for():
    assert len(first_fit(clinic([MONDAY], asking("A", [MONDAY])))) == 1


@pytest.mark.parametrize("how", [first_fit, lambda period: propose(period, seconds=SECONDS).visits])
@pytest.mark.parametrize(("monitors", "together"), [(1, 1), (2, 2), (None, 3)])
def test_no_more_patients_are_there_than_monitors(how, monitors, together):
    eight = (day_span(MONDAY, 8, 10),)
    asked = (asking(p, [MONDAY], available=eight) for p in "ABC")
    period = clinic([MONDAY], *asked, chairs=3, nurses=5, monitors=monitors)
    visits = how(period)
    assert len(visits) == together
    assert verify(period, visits) == ()


def test_the_check_counts_the_monitors_with_what_is_fixed():
    asked = asking("A", [MONDAY])
    free = clinic([MONDAY], asked, chairs=2, nurses=3, monitors=1)
    fixed = free.visit(replace(asked, patient="B"), 0, "C1", "N1", at(MONDAY, 8))
    period = replace(free, fixed=(fixed,))
    visit = period.visit(asked, 1, "C0", "N0", at(MONDAY, 9))
    assert (
        "there are 2 patients in infusion or under observation and 1 monitors" in verify(period, [visit])[0]
    )
    (placed,) = first_fit(period)
    assert placed.start == at(MONDAY, 10)


def test_the_visit_ends_when_somebody_takes_the_patient_home():
    period = clinic([MONDAY], asking("A", [MONDAY], escort=(day_span(MONDAY, 12, 13),)))
    for visits in (first_fit(period), propose(period, seconds=SECONDS).visits):
        (visit,) = visits
        assert at(MONDAY, 12) <= visit.end <= at(MONDAY, 13)
        assert verify(period, visits) == ()
    early = period.visit(period.requests[0], 1, "C0", "N0", at(MONDAY, 8))
    assert "ends when nobody can take A home" in verify(period, [early])[0]


def test_a_repair_moves_what_a_prescriber_is_no_more_there_for():
    days = dates(2)
    asked = asking("A", days)
    visits = first_fit(clinic(days, asked))
    period = clinic(days, asked, prescribers=on_site(day_span(days[1], 8, 14)))
    found = repair(period, visits, now=at(MONDAY, 0))
    assert [v.start.date() for v in found.visits] == [days[1]]
    assert (len(found.moved), found.broken) == (1, ())


@pytest.mark.parametrize(
    ("more", "escort", "cause", "remedy"),
    [
        (
            {"prescribers": on_site(day_span(MONDAY, 8, 8.5))}, None,
            "No prescriber is on site for 50 min on a clinic day", "a prescriber on site at all hours",
        ),
        ({}, (day_span(MONDAY, 8, 9),), "Nobody can take A home", "take A home at other times"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_said(more, escort, cause, remedy):
    period = clinic([MONDAY], asking("A", [MONDAY], escort=escort), **more)
    (one,) = unplaced(period, first_fit(period))
    assert cause in one.reasons[0]
    assert any(remedy in reason for reason in one.reasons)


def test_a_monitor_that_is_short_is_said():
    eight = (day_span(MONDAY, 8, 10),)
    asked = (asking(p, [MONDAY], available=eight) for p in "AB")
    period = clinic([MONDAY], *asked, chairs=2, nurses=3, monitors=1)
    (one,) = unplaced(period, first_fit(period))
    assert "take the chairs, nurses or monitors" in one.reasons[0]
    assert "It fits with one monitor more." in one.reasons


def test_the_fast_falls_into_the_night_where_it_is_wished_for_and_costs_no_day():
    """The chair is free from 11:00 on the first day and always on the second: one day of waiting costs more than an hour."""
    asked = asking("A", DAYS[:2], wishes=Wishes(morning=True))
    free = clinic(DAYS[:2], asked)
    taken = free.visit(replace(asked, patient="B"), 0, "C0", "N0", at(MONDAY, 8.5))
    period = replace(free, fixed=(taken,))
    (visit,) = propose(period, seconds=SECONDS).visits
    assert visit.start.date() == MONDAY
    steadiest = series_options(clinic(DAYS, asking("A", DAYS, 3, wishes=Wishes(morning=True))), asking(
        "A", DAYS, 3, available=tuple(day_span(d, 9, 14) for d in DAYS), wishes=Wishes(morning=True)
    ))  # fmt: skip
    assert all(at(v.start.date(), 10) >= v.start for option in steadiest for v in option.visits)


def test_a_start_is_never_before_the_moment_that_was_given():
    """At half a minute past nine, nine is over."""
    asked = replace(asking("A", [MONDAY]), earliest=at(MONDAY, 9).replace(second=30))
    period = clinic([MONDAY], asked)
    (visit,) = first_fit(period)
    assert visit.start == at(MONDAY, 9.25)
    assert verify(period, [visit]) == ()
