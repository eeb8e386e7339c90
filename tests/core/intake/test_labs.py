from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenuto.core.intake import labs
from tenuto.core.intake.eligibility import case_of
from tenuto.core.intake.facts import PatientFacts, Person, Problem, ProblemStatus
from tenuto.core.intake.required import JudgementPurpose
from tenuto.core.intake.terminology import band
from tenuto.core.policy import demo_policy
from tests.core.intake.people import TODAY, healthy, with_answer, with_measured, with_problem


def orders(patient, **options):
    case = case_of(
        patient, policy=demo_policy(), as_of=TODAY, purpose=JudgementPurpose.PLANNING, indication=None
    )
    return {found.test.id: found for found in labs.due(case, **options)}


def test_a_person_of_whom_nothing_is_known_needs_the_whole_first_set_now():
    found = orders(PatientFacts(Person()))
    assert {name for name, order in found.items() if order.due == TODAY} == {
        "liver", "drug_screen", "pregnancy", "ecg", "urinalysis",
    }  # fmt: skip
    assert all(order.last is None for order in found.values())


@pytest.mark.parametrize(
    ("test", "days"), [("liver", 183), ("drug_screen", 30), ("urinalysis", 90), ("pregnancy", 7)]
)
def test_each_is_due_again_when_the_policy_says(test, days):
    order = orders(healthy())[test]
    assert order.due == TODAY + timedelta(days=days)
    assert order.last == TODAY


def test_liver_tests_are_due_after_twelve_infusions():
    assert orders(healthy(), infusions_since=11)["liver"].due > TODAY
    assert orders(healthy(), infusions_since=12)["liver"].due == TODAY


def test_liver_tests_are_as_old_as_their_oldest_part():
    assert orders(with_measured(without=("ast_u_per_l",)))["liver"].last is None


def test_without_contraception_a_pregnancy_test_is_due_each_session():
    assert orders(with_answer("contraception", False))["pregnancy"].due == TODAY
    man = healthy(person=Person("A", ("1",), date(1990, 1, 1), "male"))
    assert "pregnancy" not in orders(man)


def test_an_ecg_is_asked_for_by_age_heart_medicine_or_pain():
    assert "ecg" not in orders(healthy())
    assert "ecg" in orders(healthy(person=Person("A", ("1",), date(1976, 11, 22), "male")))
    assert "ecg" in orders(with_problem(Problem("Atrial fibrillation")))
    assert "ecg" in orders(healthy(problems=(Problem("CRPS"),)))


def test_history_calls_for_chemistry_and_thyroid():
    ill = with_problem(Problem("Chronic kidney disease"), Problem("Graves disease"))
    assert {"chemistry", "thyroid"} <= set(orders(with_answer("lab.tsh", None, patient=ill)))
    assert "thyroid" not in orders(with_answer("lab.tsh", "normal", patient=ill))
    refuted = with_problem(Problem("Graves disease", status=ProblemStatus.REFUTED))
    assert "thyroid" not in orders(with_answer("lab.tsh", None, patient=refuted))


def test_every_test_says_why_and_on_what_it_rests():
    assert all(test.why and test.again and test.basis.tags for test in labs.tests())


@pytest.mark.parametrize(
    ("value", "word"), [("4.9", "negative"), ("5", ""), ("24.9", ""), ("25", "positive"), ("26", "positive")]
)
def test_a_pregnancy_hormone_is_negative_below_five_and_positive_from_twenty_five(value, word):
    assert band("pregnancy.test").word(Decimal(value)) == word
