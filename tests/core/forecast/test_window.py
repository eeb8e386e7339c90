"""The window from a curve of risk, without any model."""

from dataclasses import replace
from datetime import date
from itertools import count, repeat

import numpy as np
import pytest

from tenuto.core.durability.course import standing
from tenuto.core.durability.survival import ResponseCurve
from tenuto.core.forecast.days import first_open, last_open
from tenuto.core.forecast.window import lost_by, window
from tests.core.forecast.written import RULES, course, on

STEEP = ResponseCurve(np.array([0.0, 7, 14, 21, 365]), np.array([1.0, 1.0, 0.9, 0.7, 0.0]))
FLAT = ResponseCurve(np.array([0.0, 7, 14, 365]), np.array([1.0, 1.0, 1.0, 0.95]))
CALM = course("PHQ-9", "-1:19 11:6 39:6 67:5 95:6", "0 2 4 7 9 11 39 67 95")


NOTHING = repeat(0.0)
"""An infusion that brings nothing, whenever it is given."""


def found(curve, *, history=CALM, as_of=95, rules=RULES, gains=NOTHING, **more):
    weekly = zip(count(0.0, 7.0), gains, strict=False)
    return window(curve, weekly, history, standing(history, rules), rules, on(as_of), **more)


def test_a_loss_counts_from_the_first_of_its_scores():
    assert lost_by(STEEP, 7, RULES) == pytest.approx(0.1)
    assert lost_by(STEEP, 14, RULES) == pytest.approx(0.3)
    assert lost_by(STEEP, 7, replace(RULES, scores_in_row=1)) == 0


def test_the_risk_ends_the_window_before_what_was_seen_does():
    one = found(STEEP)
    # 25 % is reached on day 19.25 of the curve, seven days after the first score of such a loss
    assert (one.end, one.ended_by) == (last_open(on(95), on(95 + 12), RULES), "risk")
    assert one.longest_acceptable == (one.end - on(95)).days
    assert one.risk <= RULES.risk_upper
    assert one.start == on(95 + 7)  # 10 % on day 14, a Friday


def test_what_was_seen_ends_it_before_the_risk_does():
    one = found(FLAT)
    assert (one.longest_acceptable, one.ended_by, one.not_seen_to) == (35, "seen", None)
    assert one.bound.seen == 28


def test_an_infusion_that_is_worth_giving_ends_it_before_both():
    one = found(FLAT, gains=[0.0, 1.0, 3.0])
    # 2 of the 14 days are reached half way from day 7 to day 14.
    assert RULES.worth_days == 2
    assert (one.end, one.ended_by) == (last_open(on(95), on(95 + 10), RULES), "aim")
    assert one.gained == pytest.approx(np.interp((one.end - on(95)).days, [0, 7, 14], [0, 1, 3]))
    assert one.start == one.end
    assert one.not_seen_to is None


def test_the_risk_ends_it_before_an_infusion_is_worth_giving():
    assert found(STEEP, gains=[0.0, 0.0, 2.1]).ended_by == "risk"
    assert found(STEEP, gains=[0.0, 3.0]).ended_by == "aim"


def test_an_infusion_that_is_worth_giving_already_falls_due_on_the_next_clinic_day():
    one = found(FLAT, gains=[9.0])
    assert one.end == first_open(on(96), RULES)
    assert one.gained == 9.0


def test_nobody_looks_further_for_the_aim_than_the_window_may_reach():
    seen = []
    found(FLAT, gains=(seen.append(k) or 0.0 for k in count()))
    assert max(seen) == 35 // 7


def test_a_holiday_moves_the_end_to_the_open_day_before():
    closed = replace(RULES, closed=frozenset([on(130)]))
    assert found(FLAT).end == on(130)
    assert found(FLAT, rules=closed).end == on(128)


def test_no_clinic_day_in_reach_takes_the_next_one():
    wednesdays = replace(RULES, clinic_days=(2,))
    monday = date(2026, 1, 5)
    assert last_open(monday, date(2026, 1, 6), wednesdays) == date(2026, 1, 7)
    assert last_open(monday, date(2026, 1, 20), wednesdays) == date(2026, 1, 14)
    assert first_open(monday, replace(RULES, clinic_days=())) == monday


@pytest.mark.parametrize(("as_of", "overdue"), [(95, False), (130, False), (131, True)])
def test_read_later_the_same_window_is_past(as_of, overdue):
    later, now = found(FLAT, as_of=as_of), found(FLAT)
    assert replace(later, overdue=False) == now
    assert later.overdue is overdue


def test_the_end_offered_before_worse_scores_bounds_it():
    one = found(FLAT, no_later=on(102))
    assert (one.end, one.ended_by) == (last_open(on(95), on(102), RULES), "earlier")
    assert found(FLAT, no_later=on(300)) == found(FLAT)
