"""Visits of different lengths in one clinic, and the most infusions on any seven days."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from tenuto.core.scheduling.days import Days
from tenuto.core.scheduling.diary import Diary, keeps_week
from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.options import series_options
from tenuto.core.scheduling.period import VisitProfile
from tenuto.core.scheduling.propose import propose
from tenuto.core.scheduling.reasons import unplaced
from tenuto.core.scheduling.repair import repair
from tenuto.core.scheduling.verify import verify
from tests.core.scheduling.cases import MONDAY, asking, at, clinic, dates

HOUR = VisitProfile(10, 60, 60, 10)
FOUR_HOURS = VisitProfile(10, 240, 60, 10)
SECONDS = 60


def both(period):
    """The visits of the first fit and of the search."""
    return first_fit(period), propose(period, seconds=SECONDS).visits


def test_each_visit_is_as_long_as_its_own_series():
    asked = (
        asking("A", [MONDAY]),
        asking("B", [MONDAY], profile=HOUR),
        asking("C", [MONDAY], profile=FOUR_HOURS),
    )
    period = clinic([MONDAY], *asked, chairs=3, nurses=4)
    for visits in both(period):
        assert {v.patient: (v.end - v.start) // timedelta(minutes=1) for v in visits} == {
            "A": 110,
            "B": 130,
            "C": 310,
        }
        assert verify(period, visits) == ()


def test_a_chair_is_free_again_only_after_the_longer_visit():
    """Six hours: one of four hours takes 320 min, and a usual one of 120 min has no room beside it in the same chair."""
    period = clinic([MONDAY], asking("A", [MONDAY], profile=FOUR_HOURS), asking("B", [MONDAY]), nurses=3)
    for visits in both(period):
        assert len(visits) == 1
    (one, other) = (
        period.visit(r, 1, "C0", f"N{k}", at(MONDAY, 8 + 2 * k)) for k, r in enumerate(period.requests)
    )
    assert "taken twice" in verify(period, [one, other])[0]


def test_a_nurse_stays_for_the_whole_of_the_longer_infusion():
    period = clinic(
        [MONDAY], asking("A", [MONDAY], profile=FOUR_HOURS), asking("B", [MONDAY]), chairs=2, nurses=1
    )
    one, other = (
        period.visit(r, 1, f"C{k}", "N0", at(MONDAY, 8 + 2 * k)) for k, r in enumerate(period.requests)
    )
    assert any(
        "2 patients in preparation or infusion" in sentence for sentence in verify(period, [one, other])
    )


def test_the_check_refuses_a_visit_that_is_as_long_as_another_plan_has_it():
    asked = asking("A", [MONDAY], profile=HOUR)
    period = clinic([MONDAY], asked)
    short = period.visit(replace(asked, profile=None), 1, "C0", "N0", at(MONDAY, 8))
    assert "has 50 min with the nurse; 70 are asked for" in " ".join(verify(period, [short]))
    divided = replace(asked, profile=VisitProfile(0, 70, 60, 10))
    assert verify(period, [period.visit(divided, 1, "C0", "N0", at(MONDAY, 8))]) == ()


def test_a_repair_makes_visits_longer_where_they_stand_and_moves_those_that_have_no_room():
    days = dates(2)
    was, others = asking("A", days, 2), asking("B", days)
    visits = [period_visit(was, n, day, 8) for n, day in enumerate(days, 1)]
    # On Monday somebody follows at 10:00 in the same chair, so that the longer visit has no room there.
    fixed = (period_visit(others, 0, days[0], 10),)
    period = clinic(days, replace(was, profile=HOUR), chairs=2, nurses=2, fixed=fixed)
    found = repair(period, visits, now=at(MONDAY, 0))
    assert found.broken == ()
    assert [(v.chair, v.start, v.end) for v in found.visits] == [
        ("C1", at(days[0], 8), at(days[0], 10 + 10 / 60)),
        ("C0", at(days[1], 8), at(days[1], 10 + 10 / 60)),
    ]
    assert (len(found.moved), found.must_move) == (2, 2)


def period_visit(request, n, day, hour):
    return clinic([day], request).visit(request, n, "C0", "N0", at(day, hour))


def test_no_seven_days_in_a_row_hold_more_than_the_most_a_week():
    days = dates(21)
    for most in (1, 2, 3):
        period = clinic(days, asking("A", days, 6, 1, 21, most_a_week=most))
        ways = (*both(period), *(option.visits for option in series_options(period, period.requests[0])))
        for visits in ways:
            placed = [v.start.date() for v in visits]
            assert all(sum(0 <= (d - first).days < 7 for d in placed) <= most for first in days), placed
            assert verify(period, visits) == ()
        assert len(ways[0]) == min(6, 3 * most)


def test_what_was_had_or_is_fixed_counts_in_the_week():
    days = dates(7)
    had = (MONDAY - timedelta(days=1), MONDAY - timedelta(days=3))
    period = clinic(days, asking("A", days, 3, 1, 7, most_a_week=3, had=had))
    for visits in both(period):
        assert len(visits) == 3
        assert len([v for v in visits if v.start.date() <= had[0] + timedelta(days=2)]) <= 1
    fixed = replace(period, requests=(replace(period.requests[0], had=()),))
    fixed = replace(
        fixed, fixed=tuple(fixed.visit(fixed.requests[0], 0, "C0", "N0", at(days[k], 8)) for k in (2, 4))
    )
    for visits in both(fixed):
        assert len(visits) == 1


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_check_and_the_makers_judge_a_week_alike(most):
    """Every set of four of ten days, by the check, and by adding its days one after the other."""
    days = dates(10)
    asked = asking("A", days, 4, 1, 10, most_a_week=most)
    period = clinic(days, asked)
    for chosen in combinations(days, 4):
        visits = [period.visit(asked, n, "C0", "N0", at(day, 8)) for n, day in enumerate(chosen, 1)]
        kept = all(keeps_week(asked, day, chosen[:k]) for k, day in enumerate(chosen))
        assert kept == (verify(period, visits) == ())


def test_a_week_that_is_too_full_is_said_with_what_would_help():
    days = dates(7)
    period = clinic(days, asking("A", days, 4, 1, 3, most_a_week=2))
    (one,) = unplaced(period, first_fit(period))
    assert "at most 2 in any 7 days: at most 2 of 4 fit" in one.reasons[0]
    assert any("more than 2 in 7 days, which the protocol does not allow" in reason for reason in one.reasons)


def test_a_repair_spreads_a_series_that_has_too_many_in_a_week():
    days = dates(14)
    free = asking("A", days, 4, 1, 7)
    visits = first_fit(clinic(days, free))
    period = clinic(days, replace(free, most_a_week=2))
    assert any("on any 7 days" in sentence for sentence in verify(period, visits))
    found = repair(period, visits, now=at(MONDAY, 0))
    assert found.broken == ()
    assert len(found.visits) == 4


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_choice_of_days_keeps_the_week_by_itself(most):
    """Were it left to the entering of the visits, the bound would be too low and whole series would be placed anew."""
    days = dates(21)
    asked = asking("A", days, 6, 1, 21, most_a_week=most, had=(MONDAY - timedelta(days=1),))
    period = clinic(days, asked).in_order()
    model = Days(period, {"A": Diary(period).options(asked)})
    chosen = model.choose(seconds=SECONDS, gap=0).dates["A"]
    everything = (*asked.had, *chosen)
    assert all(sum(0 <= (d - first).days < 7 for d in everything) <= most for first in everything)
    # With the infusion of the day before, the first six days have room for one less.
    assert len(chosen) == min(6, 3 * most)
