"""What the battery asks of a course: what is given, and what of the plan is still to come."""

from __future__ import annotations

import pytest

from tenuto.core.course.account import account_of
from tenuto.core.course.facts import SignedDay
from tenuto.core.outcomes.asked_of import asking_course
from tenuto.core.policy import default_policy
from tests.core.course.builders import SERIES, day, facts, signed

DAYS = tuple(SignedDay(n, day(d), optional=n == 6) for n, d in enumerate(SERIES, 1))


def asked_on(today, given=(0, 2), **plan):
    known = facts(given, plan=signed(**{"days": DAYS, **plan}))
    return asking_course(account_of(known, as_of=day(today), policy=default_policy()))


@pytest.mark.parametrize(
    ("today", "planned"), [(2, (4, 7, 9)), (4, (4, 7, 9)), (5, (7, 9)), (9, (9,)), (10, ())]
)
def test_a_planned_day_counts_until_it_is_over_and_an_optional_one_never(today, planned):
    found = asked_on(today)
    assert found.given == (day(0), day(2))
    assert found.planned == tuple(day(d) for d in planned)


@pytest.mark.parametrize(("rule", "days"), [("every-2-4-weeks", 14), ("none", None), ("as-needed", None)])
def test_the_interval_is_the_shortest_that_is_signed(rule, days):
    assert asked_on(2, maintenance=rule).interval_days == days


def test_before_a_plan_is_signed_nothing_is_asked():
    assert asked_on(2, in_force=False) is None
