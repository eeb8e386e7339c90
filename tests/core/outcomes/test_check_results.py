"""What is on record, judged as results of long-term checks by the clinic's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tenuto.core.data import DataError, Table
from tenuto.core.intake.facts import Answer, Measurement, PatientFacts, Person
from tenuto.core.outcomes.check_forms import AnsweredCheck, _form, check_scales, results_of_forms
from tenuto.core.outcomes.check_results import CheckEntry, results_of_entries, results_of_facts
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckGrade, safety_checks
from tenuto.core.policy import default_policy
from tenuto.core.scales.reading import instrument

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
    for high in (None, Decimal(0)):
        bare = Measurement("alt_u_per_l", Decimal(30), DAY, reference_high=high)
        assert graded(replace(NOTHING, measurements=(bare,))) == [("alt", CheckGrade.RAISED, False)]


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


def form(scale, *, total=None, on=DAY, recorded=1, **answers):
    given = {item.id: answers.get(f"i{item.id}", 0) for item in instrument(scale).items}
    return AnsweredCheck(
        f"f{recorded}", scale, on, given, None if total is None else Decimal(total), recorded
    )


@pytest.mark.parametrize(
    ("answered", "grade", "whole", "says"),
    [
        (form("urinary_check"), CheckGrade.NORMAL, False, "Urinary check on Tue 24 Nov 2026: nothing reported."),
        (form("urinary_check", i2=1), CheckGrade.RAISED, False, "frequency or urgency"),
        (form("urinary_check", i1=1, i2=1), CheckGrade.ABNORMAL, False, "pain or burning, frequency"),
        (form("urinary_check", i3=1), CheckGrade.ABNORMAL, False, "blood seen"),
        (form("urinary_check", i1=None, i3=1), CheckGrade.ABNORMAL, False, "blood seen"),
        (form("icsi", total=5), CheckGrade.NORMAL, True, "ICSI 5 on"),
        (form("icsi", total=6), CheckGrade.RAISED, True, "ICSI 6 on"),
        (form("bpicss", total=18), CheckGrade.NORMAL, True, "BPIC-SS 18 on"),
        (form("bpicss", total=19), CheckGrade.ABNORMAL, True, "BPIC-SS 19 on"),
        (form("ketamine_use_check"), CheckGrade.NORMAL, False, "nothing reported"),
        (form("ketamine_use_check", i1=1), CheckGrade.ABNORMAL, False, "ketamine outside treatment"),
        (form("ketamine_use_check", i2=1), CheckGrade.RAISED, False, "another drug"),
        (form("craving_check", total=6), CheckGrade.NORMAL, False, "Craving 6"),
        (form("craving_check", total=7), CheckGrade.RAISED, False, "Craving 7"),
        (form("dast10", total=2), CheckGrade.NORMAL, False, "DAST-10 2"),
        (form("dast10", total=3), CheckGrade.RAISED, False, "DAST-10 3"),
        (form("audit", total=7), CheckGrade.NORMAL, False, "AUDIT 7"),
        (form("audit", total=8), CheckGrade.RAISED, False, "AUDIT 8"),
    ],
)  # fmt: skip
def test_an_answered_form_is_a_result_of_its_check(answered, grade, whole, says):
    (found,) = results_of_forms([answered], POLICY)
    assert (found.grade, found.whole, found.kind) == (grade, whole, check_scales()[answered.scale].check)
    assert says in found.says


def test_a_form_with_a_question_left_out_does_no_check_and_is_never_normal():
    assert results_of_forms([form("urinary_check", i2=None)], POLICY) == ()
    assert results_of_forms([form("icsi", i2=None)], POLICY) == ()
    (found,) = results_of_forms([form("bpicss", total=20, i2=None)], POLICY)
    assert (found.grade, found.whole) == (CheckGrade.ABNORMAL, False)


def test_a_scale_that_speaks_for_no_check_is_no_result():
    assert results_of_forms([form("gad7", total=20)], POLICY) == ()


def test_what_a_nurse_asks_later_covers_what_was_answered_by_link_and_never_the_reverse():
    told = results_of_forms([form("ketamine_use_check", i1=1, recorded=1)], POLICY)
    asked = results_of_entries([CheckEntry("e", CheckKind.MISUSE, DAY, WELL, 2)], POLICY)
    found = [worst(told), worst((*told, *asked))]
    assert found == [CheckGrade.ABNORMAL, None]
    outside = results_of_entries(
        [CheckEntry("e", CheckKind.MISUSE, DAY, WELL | {"outside": "yes"}, 1)], POLICY
    )
    later = results_of_forms([form("ketamine_use_check", recorded=2)], POLICY)
    assert worst((*outside, *later)) is CheckGrade.ABNORMAL


def worst(results):
    checks = safety_checks([DAY], results, as_of=DAY, policy=POLICY)
    (check,) = [each for each in checks if each.kind is CheckKind.MISUSE]
    return check.standing[0].grade if check.standing else None


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("abnormal", {"criteria": ["blod"]}, "criteria of Urinary check: 'blod' is not known here"),
        ("raised", {"items": ["9"]}, "items of Urinary check: '9' is not known here"),
        ("words", {"4": "pain"}, "items of Urinary check: '4' is not known here"),
    ],
)
def test_what_a_scale_does_not_have_is_refused(key, value, says):
    entry = {"scale": "urinary_check", "check": "urinary", "evidence": ["D"], key: value}
    with pytest.raises(DataError, match=says):
        _form(Table(entry, "form 1"))
