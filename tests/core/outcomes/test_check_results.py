"""What is on record, judged as results of long-term checks by the clinic's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tenuto.core.intake.facts import Answer, Measurement, PatientFacts, Person
from tenuto.core.outcomes.check_results import CheckEntry, results_of_entries, results_of_facts
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckGrade
from tenuto.core.policy import default_policy

POLICY = default_policy()
DAY = date(2026, 11, 24)
NOTHING = PatientFacts(Person())


def measured(**values):
    high = Decimal(40)
    return replace(
        NOTHING,
        measurements=tuple(
            Measurement(kind, Decimal(value), DAY, reference_high=high) for kind, value in values.items()
        ),
    )


def graded(facts):
    return [(each.what, each.grade, each.whole) for each in results_of_facts(facts, POLICY)]


@pytest.mark.parametrize(
    ("alt", "grade"),
    [
        ("60", CheckGrade.NORMAL),
        ("61", CheckGrade.RAISED),
        ("119", CheckGrade.RAISED),
        ("120", CheckGrade.ABNORMAL),
    ],
)
def test_liver_tests_are_judged_by_their_multiple(alt, grade):
    assert graded(measured(alt_u_per_l=alt, ast_u_per_l="20")) == [
        ("alt", grade, True),
        ("ast", CheckGrade.NORMAL, True),
    ]


def test_one_enzyme_alone_does_not_do_the_check_and_one_without_a_range_is_raised():
    assert graded(measured(alt_u_per_l="30")) == [("alt", CheckGrade.NORMAL, False)]
    bare = replace(NOTHING, measurements=(Measurement("alt_u_per_l", Decimal(30), DAY),))
    assert graded(bare) == [("alt", CheckGrade.RAISED, False)]


@pytest.mark.parametrize(
    ("upper", "lower", "grade"),
    [
        ("139", "89", CheckGrade.NORMAL),
        ("140", "80", CheckGrade.RAISED),
        ("130", "90", CheckGrade.RAISED),
        ("160", "80", CheckGrade.ABNORMAL),
        ("130", "100", CheckGrade.ABNORMAL),
    ],
)
def test_a_pressure_is_judged_by_the_limits_at_rest(upper, lower, grade):
    assert graded(measured(systolic_mmhg=upper, diastolic_mmhg=lower)) == [("pressure", grade, True)]


def test_of_a_day_the_lowest_pressure_counts_and_half_a_reading_is_none():
    both = measured(systolic_mmhg="120", diastolic_mmhg="80")
    again = Measurement("systolic_mmhg", Decimal(170), DAY)
    assert graded(replace(both, measurements=(*both.measurements, again)))[0][1] is CheckGrade.NORMAL
    assert graded(measured(systolic_mmhg="170")) == []


@pytest.mark.parametrize(
    ("fact", "word", "grade"),
    [
        ("lab.urinalysis", "normal", CheckGrade.NORMAL),
        ("lab.urinalysis", "abnormal", CheckGrade.RAISED),
        ("lab.urinalysis", "blood", CheckGrade.ABNORMAL),
        ("lab.urinalysis", "something nobody knows", CheckGrade.ABNORMAL),
        ("urinary.symptoms", "none", CheckGrade.NORMAL),
        ("urinary.symptoms", "mild", CheckGrade.RAISED),
        ("urinary.symptoms", "marked", CheckGrade.ABNORMAL),
    ],
)
def test_urine_and_symptoms_by_their_word(fact, word, grade):
    (found,) = results_of_facts(replace(NOTHING, answers=(Answer(fact, word, DAY),)), POLICY)
    assert (found.kind, found.grade) == (CheckKind.URINARY, grade)
    assert results_of_facts(replace(NOTHING, answers=(Answer(fact, word),)), POLICY) == (), "without a day"


def test_a_long_text_from_elsewhere_is_named_by_its_beginning():
    (found,) = results_of_facts(replace(NOTHING, answers=(Answer("lab.urinalysis", "x" * 900, DAY),)), POLICY)
    assert (found.grade, len(found.id) < 80, len(found.says) < 120) == (CheckGrade.ABNORMAL, True, True)


def test_what_intake_asked_is_the_baseline_of_misuse_only_with_both():
    asked, queried = Answer("ketamine_misuse", False, DAY), Answer("pdmp.query", "nothing found", DAY)
    assert graded(replace(NOTHING, answers=(asked, queried))) == [("intake", CheckGrade.NORMAL, True)]
    assert graded(replace(NOTHING, answers=(asked,))) == []


def entry(kind, on=DAY, **values):
    return CheckEntry("1", kind, on, values, 1)


WELL = {"outside": "no", "early": "no", "craving": "0", "monitoring": "clear"}


@pytest.mark.parametrize(
    ("values", "grade", "whole"),
    [
        ({}, CheckGrade.NORMAL, True),
        ({"outside": "yes"}, CheckGrade.ABNORMAL, True),
        ({"early": "yes"}, CheckGrade.RAISED, True),
        ({"craving": "6"}, CheckGrade.NORMAL, True),
        ({"craving": "7"}, CheckGrade.RAISED, True),
        ({"monitoring": "found"}, CheckGrade.RAISED, True),
        ({"monitoring": "not_done"}, CheckGrade.NORMAL, False),
    ],
)
def test_answers_on_misuse(values, grade, whole):
    (found,) = results_of_entries([entry(CheckKind.MISUSE, **{**WELL, **values})], POLICY)
    assert (found.grade, found.whole) == (grade, whole)


@pytest.mark.parametrize(
    ("scale", "score", "grade"),
    [
        ("icsi", "5", CheckGrade.NORMAL),
        ("icsi", "6", CheckGrade.RAISED),
        ("bpicss", "18", CheckGrade.NORMAL),
        ("bpicss", "19", CheckGrade.ABNORMAL),
    ],
)
def test_urinary_scales(scale, score, grade):
    (found,) = results_of_entries([entry(CheckKind.URINARY, scale=scale, score=score)], POLICY)
    assert (found.what, found.grade) == (scale, grade)


@pytest.mark.parametrize(
    ("score", "grade"), [("26", CheckGrade.NORMAL), ("25", CheckGrade.ABNORMAL), ("27", CheckGrade.NORMAL)]
)
def test_cognition_is_held_against_the_own_best_before(score, grade):
    before = entry(CheckKind.COGNITION, on=date(2026, 5, 1), score="29")
    found = results_of_entries([entry(CheckKind.COGNITION, score=score), before], POLICY)
    assert found[-1].grade is grade
    alone = results_of_entries([entry(CheckKind.COGNITION, score="25")], POLICY)
    assert alone[0].grade is CheckGrade.RAISED
