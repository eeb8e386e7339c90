"""The steps of the history ask every fact exactly once, and every danger has a task."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tenuto.core.intake.consent_text import consent_text, current_consent_text
from tenuto.core.intake.facts import Answer, Coding, Measurement, Medication, PatientFacts, Person, Problem
from tenuto.core.intake.medicines import interactions
from tenuto.core.intake.merge import SourcePart, Struck, merge, row_id
from tenuto.core.intake.required import facts
from tenuto.core.intake.steps import elsewhere, step, steps
from tenuto.core.intake.tasks import for_flag, for_level
from tenuto.core.scales.red_flags import RedFlag, Urgency
from tenuto.core.scales.suicide_triage import RiskLevel
from tenuto.core.sources import Basis, Tag

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANA = Person("Ana Silva", ("MRN 1",), date(1981, 5, 4))


def test_every_fact_is_asked_in_one_place():
    asked = [name for each in steps() for name in each.facts]
    asked += [name for names in elsewhere().values() for name in names]
    assert Counter(asked) == Counter(item.id for item in facts())


def test_an_offered_answer_is_one_that_the_register_reads():
    for each in steps():
        for question in each.questions:
            known = question.fact.effects
            assert not known or all(choice.partition(":")[0] in known for choice in question.choices), (
                question.fact.id
            )


def test_an_unknown_step_is_named():
    with pytest.raises(KeyError, match="no step 'x'"):
        step("x")


def test_every_urgency_and_every_level_above_none_has_a_task():
    for urgency in Urgency:
        assert for_flag(RedFlag("r", 1, urgency, "t", "a", "9", Basis((Tag.D,)))).within > timedelta(0)
    assert [bool(for_level(level)) for level in RiskLevel] == [False, True, True, True]


def test_a_consent_text_is_pinned_by_what_it_says():
    text = current_consent_text()
    assert consent_text(text.name) == text
    assert {"off_label", "alternatives", "no_long_term_data", "driving"} <= {s.id for s in text.statements}
    assert [choice.id for choice in text.choices] == ["photo"]
    with pytest.raises(KeyError):
        consent_text("infusion-0")


def test_a_medicine_is_met_by_brand_name():
    assert [c.id for c in interactions(Medication("Theo-24"))][:1] == [
        c.id for c in interactions(Medication("theophylline"))
    ][:1]
    assert interactions(Medication("water")) == ()


def part(at=AT, **said):
    return SourcePart(PatientFacts(Person(), **said), at, imported=True)


def test_silence_takes_nothing_back():
    known = part(problems=(Problem("Asthma"),))
    assert merge(ANA, [known, part(AT + timedelta(days=1))]).problems == (Problem("Asthma"),)


def test_the_same_thing_told_twice_is_one_and_the_newer_word_counts():
    code = (Coding("icd10cm", "F33.2"),)
    old, new = Problem("Depression", code), Problem("Recurrent depression", code)
    assert merge(ANA, [part(AT + timedelta(days=1), problems=(new,)), part(problems=(old,))]).problems == (
        new,
    )


def test_only_a_person_strikes():
    entry = Problem("Asthma")
    struck = SourcePart(PatientFacts(Person()), AT - timedelta(days=9), rows={row_id(entry): Struck()})
    assert merge(ANA, [part(problems=(entry,)), struck]).problems == ()


def test_of_one_day_the_answer_recorded_last_counts_and_other_days_stay():
    day = AT.date()
    first, second = Answer("a", True, day), Answer("a", False, day)
    older = Answer("a", True, day - timedelta(days=1))
    merged = merge(ANA, [part(AT + timedelta(hours=1), answers=(second,)), part(answers=(first, older))])
    assert set(merged.answers) == {second, older}
    assert merged.answer("a") == second


def test_a_reading_in_two_records_is_one_reading_and_two_in_one_are_two():
    reading = Measurement("systolic_mmhg", Decimal(170), AT.date(), minute="09:00")
    again = Measurement("systolic_mmhg", Decimal(170), AT.date(), "elsewhere", minute="09:00")
    assert (
        len(
            merge(
                ANA, [part(measurements=(reading,)), part(AT + timedelta(days=1), measurements=(again,))]
            ).measurements
        )
        == 1
    )
    assert len(merge(ANA, [part(measurements=(reading, again))]).measurements) == 2


def test_records_that_name_two_sexes_are_said_until_a_form_settles_it():
    def told(*sent: tuple[str, bool]) -> tuple[str, ...]:
        parts = [
            SourcePart(PatientFacts(Person(sex=sex)), AT + timedelta(hours=n), imported=imported)
            for n, (sex, imported) in enumerate(sent)
        ]
        return merge(Person("Ana"), parts).unreadable

    (sentence,) = told(("male", True), ("", True), ("female", True))
    assert "give the sex as “male” and as “female”" in sentence
    assert told(("male", True), ("female", True), ("female", False)) == ()
    assert told(("male", False), ("female", True))
    assert told(("female", True), ("female", True)) == ()
