"""A clinical judgement counts where somebody recorded it whose it is; what others wrote there may only close (H9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.answers import judge
from tenuto.core.intake.eligibility import JudgementPurpose, case_of
from tenuto.core.intake.facts import Answer, PatientFacts, Person
from tenuto.core.intake.history import Saved, meaning
from tenuto.core.intake.required import fact
from tenuto.core.intake.steps import step
from tenuto.core.policy import default_policy

DAY = date(2026, 11, 24)
TRIAL = {"drug": "sertraline", "dose": "150 mg", "weeks": "10", "response": "no response", "adequate": "yes"}


def saved(value, role, *earlier):
    return Saved(value, DAY, role.title(), role=role, earlier=earlier)


def judged(step_id, fact_id, entry, purpose=JudgementPurpose.STARTING, more=()):
    told, _ = meaning(step(step_id), {fact_id: entry} if entry else {})
    facts = replace(PatientFacts(Person(sex="male")), answers=(*told.answers, *more))
    case = case_of(facts, policy=default_policy(), as_of=DAY, purpose=purpose, indication=None)
    return judge(case, fact(fact_id))


@pytest.mark.parametrize(
    ("step_id", "fact_id", "good"),
    [("medical", "airway.exam", "normal"), ("medical", "asa.class", "2"), ("support", "capacity", "yes")],
)
@pytest.mark.parametrize("role", ["coordinator", ""])
def test_what_somebody_else_found_good_is_missing_and_says_whose_it_is(step_id, fact_id, good, role):
    (found,) = judged(step_id, fact_id, saved(good, role))
    assert found.missing
    assert found.level is fact(fact_id).starting
    assert f"“{good}” on Tue 24 Nov 2026 was recorded by" in found.message
    assert "a clinician records it" in found.message
    assert judged(step_id, fact_id, saved(good, "nurse")) == ()


@pytest.mark.parametrize(
    ("step_id", "fact_id", "bad"), [("medical", "asa.class", "4"), ("support", "capacity", "no")]
)
def test_what_somebody_else_found_bad_closes(step_id, fact_id, bad):
    (found,) = judged(step_id, fact_id, saved(bad, "coordinator"))
    assert found.level is Level.BLOCK
    assert not found.missing


@pytest.mark.parametrize("now", ["yes", ""])
def test_nobody_else_writes_over_a_judgement(now):
    no = saved("no", "nurse")
    assert any(
        f.level is Level.BLOCK and not f.missing
        for f in judged("support", "capacity", saved(now, "coordinator", no))
    )


def test_a_clinician_writes_over_what_somebody_else_wrote():
    assert judged("support", "capacity", saved("yes", "nurse", saved("no", "coordinator"))) == ()


def test_a_judgement_of_a_record_is_not_written_over_either():
    no = Answer("capacity", False, date(2026, 11, 20), "a record")
    (found,) = judged("support", "capacity", saved("yes", "coordinator"), more=(no,))
    assert (found.level, found.missing) == (Level.BLOCK, False)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (None, "coordinator", False),
        (None, "nurse", True),
        ("nurse", "coordinator", True),
        ("coordinator", "nurse", False),
    ],
)
def test_that_a_trial_was_adequate_is_told_of_whoever_wrote_it_first(before, now, told):
    earlier = (saved(TRIAL, before),) if before else ()
    row = saved({**TRIAL, "dose": "200 mg"}, now, *earlier)
    (answer,) = meaning(step("trials"), {"a" * 32: row})[0].answers
    assert answer.value == "sertraline 200 mg for 10 weeks: no response" + (", adequate" if told else "")
    assert (
        "not adequate"
        in meaning(step("trials"), {"a" * 32: saved({**TRIAL, "adequate": "no"}, "coordinator")})[0]
        .answers[0]
        .value
    )
