"""A "no" to child-bearing potential needs its reason; without one it lifts no test and hides no question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.eligibility import JudgementPurpose, case_of
from tenuto.core.intake.facts import Answer
from tenuto.core.intake.required import fact, facts
from tenuto.core.policy import demo_policy
from tests.core.intake.people import TODAY, finding, healthy, judged


def woman(*answers: Answer):
    told = {a.fact for a in answers}
    base = healthy()
    person = replace(base.person, sex="female", birth_date=TODAY.replace(year=TODAY.year - 36))
    kept = tuple(
        a for a in base.answers if a.fact not in {*told, "pregnancy.test", "lactation", "contraception"}
    )
    return replace(base, person=person, answers=(*kept, *answers))


def case(facts_):
    return case_of(
        facts_, policy=demo_policy(), as_of=TODAY, purpose=JudgementPurpose.STARTING, indication=None
    )


def no(detail: str = ""):
    return Answer("childbearing.potential", False, TODAY, detail=detail)


@pytest.mark.parametrize("detail", ["", "she said so", "on the pill"])
def test_a_no_without_its_reason_is_a_finding_and_lifts_no_test(detail):
    found = judged(woman(no(detail)), JudgementPurpose.STARTING)
    assert finding(found, "ANSWER-CHILDBEARING-POTENTIAL").level is Level.REVIEW
    assert finding(found, "MISSING-PREGNANCY-TEST").level is Level.BLOCK


@pytest.mark.parametrize("reason", fact("childbearing.potential").no_because)
def test_a_reason_lifts_the_test_and_breast_feeding_is_asked_all_the_same(reason):
    asked = case(woman(no(reason)))
    assert not asked.applies(fact("pregnancy.test"))
    assert asked.applies(fact("lactation"))


def test_a_man_is_not_asked():
    base = healthy()
    of_him = case(replace(base, person=replace(base.person, sex="male"), answers=()))
    asked = ("childbearing.potential", "lactation", "contraception", "pregnancy.test")
    assert not any(of_him.shows(fact(name)) for name in asked)


@pytest.mark.parametrize("item", [f for f in facts() if f.kind == "answer"], ids=lambda f: f.id)
def test_no_question_is_hidden_once_it_is_answered(item):
    """Whatever else the record says: a man of 80 without any condition is asked least."""
    base = healthy()
    person = replace(base.person, sex="male", birth_date=TODAY.replace(year=TODAY.year - 80))
    assert case(replace(base, person=person, answers=(Answer(item.id, "no", TODAY),))).shows(item)
