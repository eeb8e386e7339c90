from __future__ import annotations

from decimal import Decimal

import pytest

from tenuto.core.intake.facts import Answer, PatientFacts, Person
from tenuto.core.intake.record import RecordError, from_json, to_json
from tests.core.intake.people import TODAY, healthy, measured


def test_facts_come_back_as_they_were():
    patient = healthy(unreadable=("A weight without a unit.",))
    assert from_json(to_json(patient)) == patient


def test_an_empty_person_comes_back():
    assert from_json(to_json(PatientFacts(Person()))) == PatientFacts(Person())


@pytest.mark.parametrize("value", [True, False, "yes", "", Decimal("1.50"), TODAY])
def test_an_answer_keeps_its_type(value):
    patient = PatientFacts(Person(), answers=(Answer("goals", value),))
    back = from_json(to_json(patient)).answers[0].value
    assert (type(back), back) == (type(value), value)


def test_a_decimal_keeps_its_digits():
    patient = PatientFacts(Person(), measurements=(measured("weight_kg", "69.853000"),))
    assert str(from_json(to_json(patient)).measurements[0].value) == "69.853000"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 9}', '{"version": 1, "answers": [{"fact": "a"}]}', '{"version": 1, "scores": [{"value": "x"}]}',
     '{"version": 1, "answers": [{"fact": "a", "value": 3}]}', '{"version": 1, "person": {"age": 3}}'],
)  # fmt: skip
def test_something_else_is_refused_in_a_sentence(text):
    with pytest.raises(RecordError, match="stored"):
        from_json(text)
