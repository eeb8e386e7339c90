"""A suicide attempt or ideation among the problems stands in the safety state, and a relative's psychosis in the gate. H18, H9."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.conditions import condition, conditions
from tenuto.core.intake.facts import Answer, Coding, Problem, ProblemStatus
from tenuto.core.intake.safety import Risk, safety_state
from tenuto.core.intake.safety_words import OpenSafetyTask
from tenuto.core.policy import default_policy
from tests.core.intake.people import DEPRESSION, TODAY, healthy, judged, with_problem

LIMITS = default_policy()
LAST_WEEK, LONG_AGO = TODAY - timedelta(days=7), date(2019, 5, 1)
PRESENT = (
    Problem("Suicide attempt last week"),
    Problem("Suicidal ideation"),
    Problem("", (Coding("icd10cm", "R45.851", "Suicidal ideations"),)),
    Problem("", (Coding("snomed", "6471006"),)),
    Problem("Self harm", severity="severe"),
)
PAST = (
    Problem("History of suicide attempt"),
    Problem("", (Coding("icd10cm", "Z91.51", "Personal history of suicidal behavior"),)),
    Problem("Attempted suicide", status=ProblemStatus.RESOLVED),
    Problem("Possible self harm"),
)


def state_with(problem, *, triage=("negative", TODAY), facts=None):
    facts = facts or healthy(answers=tuple(a for a in healthy().answers if a.fact != "suicide.screen"))
    given = (Answer("suicide.screen", triage[0], triage[1]),) if triage else ()
    facts = replace(facts, problems=(DEPRESSION, problem), answers=(*facts.answers, *given))
    return safety_state(facts, as_of=TODAY, policy=LIMITS), judged(facts).gate


@pytest.mark.parametrize("problem", PRESENT)
def test_a_present_risk_among_the_problems_is_open_until_a_triage_follows_it(problem):
    since = replace(problem, onset=LAST_WEEK)
    for triage in (None, ("negative", LAST_WEEK - timedelta(days=1)), ("negative", LAST_WEEK)):
        found, gate = state_with(since, triage=triage)
        assert found.risk is Risk.OPEN
        assert "No triage since." in found.sentences[0]
        assert gate.level is Level.BLOCK
        assert [f.fact for f in gate.findings if f.level is Level.BLOCK] == ["suicide.screen"]
    after, gate = state_with(since, triage=("negative", TODAY))
    assert after.risk is Risk.KNOWN
    assert "found no risk. Both stand." in after.text
    assert gate.level is Level.REVIEW


@pytest.mark.parametrize("problem", PRESENT)
def test_on_its_own_day_only_a_triage_that_found_a_risk_answers_it(problem):
    found, _ = state_with(replace(problem, onset=TODAY), triage=("low", TODAY))
    assert found.risk is Risk.KNOWN
    assert "On record" in found.text


@pytest.mark.parametrize("problem", PRESENT)
def test_without_a_date_any_triage_answers_it_and_none_leaves_it_open(problem):
    assert state_with(problem, triage=None)[0].risk is Risk.OPEN
    assert state_with(problem)[0].risk is Risk.KNOWN


@pytest.mark.parametrize("problem", PAST)
def test_what_was_once_is_said_and_never_none_found(problem):
    found, gate = state_with(problem)
    assert found.risk is Risk.KNOWN
    assert "On record" in found.text
    assert gate.level is Level.REVIEW
    unasked, _ = state_with(problem, triage=None, facts=replace(healthy(), answers=(), scores=()))
    assert unasked.risk is Risk.NOT_ASKED
    assert "On record" in unasked.text


def test_a_risk_on_a_date_to_come_counts_until_the_date_is_settled():
    found = state_with(Problem("Suicidal ideation", onset=TODAY + timedelta(days=1)))[0]
    assert found.risk is Risk.OPEN


@pytest.mark.parametrize(
    "problem",
    [
        Problem("Denies suicidal ideation"),
        Problem("Family history of suicide attempt"),
        Problem("Suicidal ideation", status=ProblemStatus.REFUTED),
        Problem("Suicidal ideation", status=ProblemStatus.RESOLVED),
    ],
)
def test_what_says_no_risk_of_this_person_changes_nothing(problem):
    assert state_with(problem)[0].risk is Risk.NONE_FOUND


@pytest.mark.parametrize(
    "text",
    [
        "Family history of schizophrenia",
        "Brother has schizophrenia",
        "Sister with psychosis",
        "Mother has bipolar disorder",
        "FHx mania",
        "Maternal aunt, psychotic depression",
        "Father had acute porphyria",
    ],
)
def test_the_illness_of_a_relative_is_looked_at_beside_a_no(text):
    gate = judged(with_problem(Problem(text))).gate
    assert gate.level is Level.REVIEW
    assert [f for f in gate.findings if f.level is Level.REVIEW and text in f.message]


def test_the_illness_of_a_relative_that_no_rule_names_is_no_finding():
    gate = judged(with_problem(Problem("Brother has an aneurysm"))).gate
    assert gate.level is Level.PASS


def test_ideation_beside_a_depression_asks_for_no_second_consent_and_a_depression_does():
    found, gate = state_with(Problem("Suicidal ideation"))
    assert found.risk is Risk.KNOWN
    assert "CONSENT-OTHER" not in {f.code for f in gate.findings}
    alone = replace(
        with_problem(Problem("Suicidal ideation")), problems=(Problem("PTSD"), Problem("Suicidal ideation"))
    )
    assert "CONSENT-OTHER" in {f.code for f in judged(alone).gate.findings}
    assert all(condition(each).id for item in conditions() for each in item.accompanies)


def test_tasks_of_one_kind_are_one_sentence_with_the_first_deadline():
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    tasks = [OpenSafetyTask("Moderate suicide risk", at + timedelta(hours=n), known=True) for n in (2, 1)]
    found = safety_state(healthy(), as_of=TODAY, policy=LIMITS, open_tasks=tasks)
    assert found.sentences == ("Moderate suicide risk: 2 open, the first due Sun 22 Nov 2026, 10:00.",)
    assert found.due == at + timedelta(hours=1)
