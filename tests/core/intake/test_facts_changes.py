"""What changed about a person is said fact by fact; where a fact was read is no change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.intake.difference import Difference
from tenuto.core.intake.facts import Answer, Coding, Consent, Measurement, Medication, Problem, RecordedScore
from tenuto.core.intake.facts_changes import facts_changes, without_origins
from tests.core.intake.generated import patients
from tests.core.intake.people import TODAY, healthy

DAY = date(2026, 11, 24)


@given(patients, st.text(min_size=1))
def test_where_a_fact_was_read_is_no_change(person, origin):
    elsewhere = replace(
        person,
        answers=tuple(replace(each, origin=origin) for each in person.answers),
        problems=tuple(replace(each, origin=origin) for each in person.problems),
    )
    assert facts_changes(person, elsewhere) == ()
    assert without_origins(person) == without_origins(elsewhere)


@given(patients, patients)
def test_a_change_there_is_a_change_back(one, other):
    there, back = facts_changes(one, other), facts_changes(other, one)
    assert {(c.what, c.before, c.after) for c in there} == {(c.what, c.after, c.before) for c in back}
    assert not there or without_origins(one) != without_origins(other)


def test_each_kind_of_fact_is_said_in_words():
    old = healthy()
    new = replace(
        old,
        person=replace(old.person, sex="other"),
        problems=(*old.problems, Problem("Glaucoma", (Coding("icd10cm", "H40.9"),), onset=DAY)),
        medications=(*old.medications, Medication("Sertraline", dose="50 mg", last_taken=DAY)),
        measurements=(*old.measurements, Measurement("weight_kg", Decimal("70.50"), DAY, estimated=True)),
        scores=(*old.scores, RecordedScore("phq9", Decimal(12), DAY, items=(("9", 1),))),
        answers=(*old.answers, Answer("suicide.means", True, DAY)),
        consents=(*old.consents, Consent(DAY, False, "depression", "v2")),
        unreadable=("A weight without a unit.",),
    )
    assert {(c.what, c.after) for c in facts_changes(old, new)} >= {
        ("Sex", "other"),
        ("Problem", "Glaucoma, icd10cm H40.9, active, since Tue 24 Nov 2026"),
        ("Medicine", "Sertraline, 50 mg, last taken Tue 24 Nov 2026"),
        ("Measured weight", "70.5 kg, Tue 24 Nov 2026, estimated"),
        ("PHQ-9", "12, Tue 24 Nov 2026, items 9: 1"),
        ("Consent", "not in force, signed Tue 24 Nov 2026, depression, v2"),
        ("Not readable", "A weight without a unit."),
    }
    assert [
        c.after
        for c in facts_changes(old, replace(old, answers=(*old.answers, Answer("suicide.means", True, DAY))))
    ] == ["yes, Tue 24 Nov 2026"]
    assert [
        c.after
        for c in facts_changes(old, replace(old, answers=(*old.answers, Answer("suicide.means", False, DAY))))
    ] == ["no, Tue 24 Nov 2026"]


def test_facts_without_origins_hold_an_empty_one_in_each():
    bare = without_origins(healthy())
    assert {each.origin for each in (*bare.problems, *bare.measurements, *bare.answers)} == {""}


def test_a_score_is_named_as_its_scale_and_two_spellings_still_differ():
    old = replace(healthy(), scores=(RecordedScore("phq9", Decimal(12), DAY),))
    new = replace(old, scores=(RecordedScore("PHQ-9", Decimal(12), DAY),))
    assert facts_changes(old, new) == (
        Difference("PHQ-9", "12, Tue 24 Nov 2026", "12, Tue 24 Nov 2026, sent as PHQ-9"),
    )
    own = replace(old, scores=(RecordedScore("own-scale", Decimal(3), DAY),))
    assert {c.what for c in facts_changes(old, own)} == {"PHQ-9", "own-scale"}


def test_an_answer_that_changed_shows_both():
    old = replace(healthy(), answers=(Answer("history.seizure", False, TODAY),))
    new = replace(old, answers=(Answer("history.seizure", "two, as a child", DAY),))
    (found,) = facts_changes(old, new)
    assert found == Difference(found.what, "no, Sun 22 Nov 2026", "two, as a child, Tue 24 Nov 2026")
