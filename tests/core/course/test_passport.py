"""The passport says what was given and what followed; it makes nothing up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tenuto.core.course.account import account_of
from tenuto.core.course.facts import CourseFacts
from tenuto.core.course.infusion import Tolerability
from tenuto.core.course.passport import passport_of
from tenuto.core.policy import default_policy
from tests.core.course.builders import SERIES, day, facts, scores, signed

POLICY = default_policy()


def passport(found: CourseFacts):
    return passport_of(account_of(found, as_of=day(60), policy=POLICY))


def borne(fact, *effects, grade=1):
    felt = Tolerability(grade, 0, blood_pressure_alert=False, deepest_sedation=4, effects=effects)
    return replace(fact, infusion=replace(fact.infusion, tolerability=felt))


def test_every_infusion_is_there_with_its_interval():
    found = passport(facts(SERIES))
    assert [(each.n, each.on, each.days_after) for each in found.infusions][:3] == [
        (1, day(0), None),
        (2, day(2), 2),
        (3, day(4), 2),
    ]
    assert (found.shortest_days, found.longest_days) == (2, 3)


def test_the_best_score_names_the_infusion_before_it():
    found = passport(CourseFacts(facts(SERIES).infusions, scores("-1:21 4:15 20:6 40:9"), (signed(),)))
    assert (found.best.best, found.best.on, found.best.baseline) == (Decimal(6), day(20), Decimal(21))
    assert found.best.after.n == 6


def test_a_score_of_the_day_was_taken_before_the_infusion_of_the_day():
    found = passport(CourseFacts(facts(SERIES).infusions, scores("-1:21 4:6 20:12"), (signed(),)))
    assert found.best.after.n == 2


def test_what_nobody_recorded_is_not_none():
    first, second, *others = facts(SERIES).infusions
    given = (borne(first, "nausea", "headache"), borne(second, "nausea"), *others)
    found = passport(CourseFacts(given, (), (signed(),)))
    assert found.effects == (("nausea", 2), ("headache", 1))
    assert found.unknown == 4
    assert found.infusions[2].effects is None
    assert found.best is None


def test_without_an_infusion_it_is_empty():
    found = passport(facts(()))
    assert (found.infusions, found.effects, found.shortest_days) == ((), (), None)
