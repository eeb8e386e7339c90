"""What is stored is what was known: nothing is rounded, guessed or lost on the way to the database and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Coding,
    Consent,
    Identifier,
    Measurement,
    Medication,
    PatientFacts,
    Person,
    Problem,
    ProblemStatus,
    RecordedScore,
)
from tenuto.core.intake.facts_json import FactsUnreadable, facts_from_json, facts_to_json

text = st.text(max_size=12)
days = st.none() | st.dates()
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4)
codings = st.lists(st.builds(Coding, text, text, text), max_size=2).map(tuple)
identifiers = st.builds(Identifier, text, text, text, st.booleans())
facts = st.builds(
    PatientFacts,
    person=st.builds(Person, text, st.lists(identifiers, max_size=2).map(tuple), days, text),
    problems=st.lists(
        st.builds(Problem, text, codings, st.sampled_from(ProblemStatus), days, days, text, text), max_size=2
    ).map(tuple),
    medications=st.lists(st.builds(Medication, text, codings, text, days, text), max_size=2).map(tuple),
    allergies=st.lists(st.builds(Allergy, text, codings, text, text), max_size=1).map(tuple),
    measurements=st.lists(
        st.builds(Measurement, text, numbers, days, text, text, st.booleans(), text), max_size=2
    ).map(tuple),
    scores=st.lists(
        st.builds(
            RecordedScore,
            text,
            numbers,
            days,
            text,
            st.lists(st.tuples(text, st.integers()), max_size=2).map(tuple),
        ),
        max_size=1,
    ).map(tuple),
    answers=st.lists(
        st.builds(Answer, text, st.one_of(st.booleans(), numbers, st.dates(), text), days, text), max_size=3
    ).map(tuple),
    consents=st.lists(st.builds(Consent, days, st.booleans(), text, text, text), max_size=1).map(tuple),
    unreadable=st.lists(text, max_size=2).map(tuple),
)


@given(facts)
def test_facts_survive_the_way_through_json(known):
    assert facts_from_json(json.loads(json.dumps(facts_to_json(known)))) == known


def test_trailing_zeros_and_words_that_look_like_dates_stay_as_they_are():
    known = PatientFacts(
        Person(),
        measurements=(Measurement("weight_kg", Decimal("72.50"), date(2026, 11, 24)),),
        answers=(Answer("goals", "2026-11-24"), Answer("stop.date", date(2026, 11, 24))),
    )
    back = facts_from_json(facts_to_json(known))
    assert str(back.measurements[0].value) == "72.50"
    assert [type(a.value) for a in back.answers] == [str, date]


def test_facts_stored_before_a_field_existed_get_its_default():
    stored = facts_to_json(PatientFacts(Person("Ana")))
    del stored["consents"]
    assert facts_from_json(stored).consents == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"person": "Ana"}, "facts.person: not a record of Person"),
        ({"colour": "red"}, "facts: not a record of PatientFacts"),
        ({"problems": {}}, "facts.problems: not a list"),
        ({"problems": [{"text": "x", "status": "gone"}]}, "'gone' is not one of active, remission"),
        ({"problems": [{}]}, "facts.problems\\[0\\]: .*text"),
        ({"measurements": [{"kind": "weight_kg", "value": 70.1, "taken": None}]}, "70.1 is not of a kind"),
        (
            {"measurements": [{"kind": "k", "value": {"decimal": "many"}, "taken": None}]},
            "'many' can't be read",
        ),
        ({"answers": [{"fact": "x", "value": {"date": "soon"}}]}, "'soon' can't be read"),
        (
            {"scores": [{"instrument": "x", "value": {"decimal": "1"}, "taken": None, "items": [["a"]]}]},
            "1 values",
        ),
    ],
)
def test_what_does_not_fit_is_named(change, sentence):
    stored = {**facts_to_json(PatientFacts(Person("Ana"))), **change}
    with pytest.raises(FactsUnreadable, match=sentence):
        facts_from_json(stored)


def test_nothing_else_can_be_stored():
    with pytest.raises(TypeError, match="not a fact"):
        facts_to_json(replace(PatientFacts(Person()), unreadable=({"a"},)))


def test_an_instant_keeps_its_offset():
    at = datetime(2026, 11, 24, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    known = PatientFacts(Person(), measurements=(Measurement("weight_kg", Decimal(70), at.date(), at=at),))
    kept = json.loads(json.dumps(facts_to_json(known)))
    assert facts_from_json(kept) == known
    assert facts_from_json(kept).measurements[0].at.utcoffset() == timedelta(hours=-5)
