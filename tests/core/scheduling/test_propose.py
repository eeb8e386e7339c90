"""Laws of every proposal, on clinics by chance, and what a small clinic must get."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.judging import points_of
from tenuto.core.scheduling.period import Chair, Nurse, Wishes
from tenuto.core.scheduling.propose import propose
from tenuto.core.scheduling.reasons import unplaced
from tenuto.core.scheduling.verify import verify
from tests.core.scheduling.cases import MONDAY, asking, at, clinic, dates, day_span, periods

MANY = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
ENOUGH_SECONDS = 60


@MANY
@given(periods())
def test_the_first_fit_passes_the_check(period):
    assert verify(period, first_fit(period)) == ()


@SOME
@given(periods())
def test_a_proposal_passes_the_check_and_stands_between_its_bound_and_the_first_fit(period):
    found = propose(period, seconds=ENOUGH_SECONDS)
    assert verify(period, found.visits) == () == found.broken
    assert found.objective == points_of(period, found.visits)
    assert found.bound <= found.objective <= points_of(period, first_fit(period))


@SOME
@given(periods(), st.integers(0, 100))
def test_the_order_in_which_a_period_is_written_changes_nothing(period, seed):
    chance = Random(seed)
    shuffled = replace(
        period,
        **{
            name: tuple(chance.sample(getattr(period, name), len(getattr(period, name))))
            for name in ("days", "chairs", "nurses", "requests")
        },
    )
    assert propose(shuffled, seconds=ENOUGH_SECONDS) == propose(period, seconds=ENOUGH_SECONDS)


@SOME
@given(periods())
def test_whatever_is_not_placed_has_a_reason(period):
    found = propose(period, seconds=0)
    lacking = unplaced(period, found.visits)
    missing = sum(request.count for request in period.requests) - len(found.visits)
    assert sum(one.missing for one in lacking) == missing
    assert all(one.reasons and all(reason.endswith(".") for reason in one.reasons) for one in lacking)


@pytest.mark.parametrize("seed", range(6))
def test_the_bound_holds_for_the_best_of_all_schedules(seed):
    """Every schedule of two single visits, one by one."""
    chance = Random(seed)
    days = dates(2)
    wished = [Wishes(time=at(days[0], chance.choice((8, 9, 11))).time()) for _ in range(2)]
    period = clinic(days, asking("A", days, wishes=wished[0]), asking("B", days, wishes=wished[1]))
    starts = [at(day, 8 + quarter / 4) for day in days for quarter in range(17)]
    costs = []
    for a, b in product(starts, starts):
        pair = [
            period.visit(request, 1, "C0", "N0", start)
            for request, start in zip(period.requests, (a, b), strict=True)
        ]
        if not verify(period, pair):
            costs.append(points_of(period, pair))
    found = propose(period, seconds=ENOUGH_SECONDS)
    assert found.bound <= min(costs) <= found.objective
    assert found.objective <= min(costs) + 1


def test_two_for_one_place_go_to_both_days():
    """The first has two days, the second one of them: the first fit in the wrong order would leave one out."""
    days = dates(2)
    short = tuple(day_span(day, 8, 10) for day in days)
    free = asking("A", days, available=short)
    bound = asking("B", days, available=short[:1])
    found = propose(clinic(days, free, bound), seconds=ENOUGH_SECONDS)
    assert {(v.patient, v.start.date()) for v in found.visits} == {("A", days[1]), ("B", days[0])}


def test_the_urgent_come_first():
    days = dates(3)
    short = tuple(day_span(day, 8, 10) for day in days)
    usual = asking("A", days, available=short)
    for urgent in ("B", "A"):
        asked = [replace(usual, patient=p, urgent=p == urgent) for p in ("A", "B")]
        found = propose(clinic(days, *asked), seconds=ENOUGH_SECONDS)
        assert found.visits[0].patient == urgent


def test_a_wish_is_kept_where_it_costs_nothing():
    wishes = Wishes("C1", "N2", at(MONDAY, 9.5).time())
    period = clinic([MONDAY], asking("A", [MONDAY], wishes=wishes), chairs=2, nurses=3)
    (visit,) = propose(period, seconds=0).visits
    assert (visit.chair, visit.nurse, visit.start) == ("C1", "N2", at(MONDAY, 9.5))


def test_a_nurse_who_attends_watches_nobody():
    """With one nurse the second patient begins when the first is no longer observed, with two as soon as there is a chair."""
    for nurses, hour in ((1, 10), (2, 8)):
        period = clinic([MONDAY], *(asking(p, [MONDAY]) for p in "AB"), chairs=2, nurses=nurses)
        assert propose(period, seconds=0).visits[1].start == at(MONDAY, hour)


def test_nothing_asked_for_is_complete():
    found = propose(clinic([MONDAY]), seconds=1)
    assert (found.visits, found.objective, found.bound) == ((), 0, 0)


def test_a_place_that_cannot_be_is_explained_with_what_would_make_it_fit():
    days = dates(8)
    week = (days[0], days[7])
    request = asking("A", days, 2, 2, 5, available=tuple(day_span(day, 8, 14) for day in week))
    (one,) = unplaced(clinic(days, request), propose(clinic(days, request), seconds=0).visits)
    assert "Mon 23 Mar, Mon 30 Mar" in one.reasons[0]
    assert "at most 1 of 2" in one.reasons[0]
    assert "It fits if up to 7 days may pass between two visits." in one.reasons
    assert any("can also come at other times: Wed 25 Mar" in reason for reason in one.reasons)


@pytest.mark.parametrize(("chairs", "nurses", "remedy"), [(1, 2, "one chair more"), (2, 1, "one nurse more")])
def test_what_is_short_is_named(chairs, nurses, remedy):
    morning = (day_span(MONDAY, 8, 10),)
    period = clinic(
        [MONDAY], *(asking(p, [MONDAY], available=morning) for p in "AB"), chairs=chairs, nurses=nurses
    )
    (one,) = unplaced(period, propose(period, seconds=0).visits)
    assert f"It fits with {remedy}." in one.reasons
    more = replace(
        period,
        chairs=(*period.chairs, Chair("X")),
        nurses=(*period.nurses, Nurse("Y", (day_span(MONDAY, 8, 14),))),
    )
    assert unplaced(more, propose(more, seconds=0).visits) == ()
