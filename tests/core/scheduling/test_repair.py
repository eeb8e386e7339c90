"""Repairs: what they count is what they move, what stands stays, and what is left passes the check."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.period import Nurse, Span
from tenuto.core.scheduling.propose import propose
from tenuto.core.scheduling.reasons import unplaced
from tenuto.core.scheduling.repair import repair
from tenuto.core.scheduling.verify import verify
from tests.core.scheduling.cases import MONDAY, asking, at, clinic, dates, day_span, periods

BEFORE = at(MONDAY, 0)


def place(visit):
    return visit.patient, visit.chair, visit.nurse, visit.start


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(periods(), st.data())
def test_a_repair_moves_what_it_says_and_no_more(period, data):
    visits = first_fit(period)
    given_up = data.draw(st.sets(st.sampled_from(visits), max_size=2)) if visits else set()
    gone = data.draw(st.sampled_from((None, *(nurse.id for nurse in period.nurses))))
    changed = replace(
        period, nurses=tuple(replace(n, shifts=() if n.id == gone else n.shifts) for n in period.nurses)
    )
    found = repair(changed, visits, now=BEFORE, given_up=given_up)
    assert found.broken == () == verify(changed, found.visits)
    before, after = {place(v) for v in visits if v not in given_up}, {place(v) for v in found.visits}
    assert {place(v) for v in found.moved} == before - after
    assert {place(v) for v in found.added} == after - before
    assert len(found.moved) >= found.must_move


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(periods())
def test_a_schedule_with_nothing_wrong_stays_as_it_is(period):
    visits = first_fit(period)
    found = repair(period, visits, now=BEFORE)
    whole = {v.patient for v in visits} - {one.patient for one in unplaced(period, visits)}
    assert found.moved == ()
    assert found.must_move == 0
    assert [v for v in found.visits if v.patient in whole] == sorted(
        (v for v in visits if v.patient in whole), key=lambda v: (v.patient, v.n)
    )


def series(count=4, days=12, **more):
    asked = asking("A", dates(days), count, 2, 3)
    period = clinic(dates(days), asked, chairs=2, nurses=2, **more)
    return period, propose(period, seconds=0).visits


def test_a_missed_visit_is_had_again_and_the_least_moves():
    """Mon, Wed, Fri, Sun; Wed is missed. From Mon to Fri are four days, one too many: Tue is too near, Thu moves Fri too."""
    period, visits = series()
    missed = visits[1]
    found = repair(period, visits, now=at(missed.start.date(), 20), given_up=[missed])
    assert found.must_move == 0
    days = [v.start.date() for v in found.visits]
    assert days[0] == MONDAY
    assert len(days) == 4
    assert [v.n for v in found.visits] == [1, 2, 3, 4]
    assert found.broken == ()
    assert len(found.moved) == 1
    assert len(found.added) == 2


def test_what_has_begun_is_never_moved():
    period, visits = series()
    changed = replace(period, nurses=(Nurse("N9", period.nurses[0].shifts),))
    found = repair(changed, visits[:1], now=visits[0].start + timedelta(minutes=1))
    assert place(visits[0]) in {place(v) for v in found.visits}


def test_a_shift_taken_away_moves_its_visits_to_the_other_nurse_at_the_same_hour():
    period, visits = series()
    nurse = visits[0].nurse
    changed = replace(
        period, nurses=tuple(replace(n, shifts=() if n.id == nurse else n.shifts) for n in period.nurses)
    )
    found = repair(changed, visits, now=BEFORE)
    assert len(found.moved) == found.must_move == sum(v.nurse == nurse for v in visits)
    assert [v.start for v in found.visits] == [v.start for v in visits]
    assert nurse not in {v.nurse for v in found.visits}


def test_where_nothing_is_left_the_visit_is_left_out():
    period, visits = series()
    found = repair(replace(period, nurses=(Nurse("N0", ()),)), visits, now=BEFORE)
    assert found.visits == ()
    assert len(found.moved) == found.must_move == 4


def test_another_series_makes_room_where_there_is_no_other_way():
    """B can come on Monday only by now, where A is; A can come on Tuesday as well."""
    days = dates(2)
    short = tuple(day_span(day, 8, 10) for day in days)
    a, b = asking("A", days, available=short), asking("B", days, available=short[:1])
    period = clinic(days, a, b)
    visits = [period.visit(r, 1, "C0", "N0", at(day, 8)) for r, day in zip((a, b), days, strict=True)]
    found = repair(period, visits, now=BEFORE)
    assert [(v.patient, v.start.date()) for v in found.visits] == [("A", days[1]), ("B", days[0])]
    assert (len(found.moved), found.must_move, found.broken) == (2, 1, ())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(periods(), st.data())
def test_no_repair_brings_back_a_time_that_was_given_up(period, data):
    visits = first_fit(period)
    if not visits:
        return
    gone = data.draw(st.sampled_from(visits))
    span = Span(gone.start, gone.end)
    asked = tuple(r.without([span]) if r.patient == gone.patient else r for r in period.requests)
    found = repair(
        replace(period, requests=asked), [v for v in visits if v != gone], now=BEFORE, patients=[gone.patient]
    )
    assert found.broken == ()
    mine = [v for v in found.visits if v.patient == gone.patient]
    assert not any(v.start < gone.end and gone.start < v.end for v in mine)
