"""How ill before this course, and what was tried: the table, and what words of trials come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.core.intake.conditions import conditions
from tenuto.core.intake.eligibility import assess
from tenuto.core.intake.facts import Answer, Coding, Problem, RecordedScore
from tenuto.core.intake.severity import adequate_trials, moderate_from
from tenuto.core.policy import default_policy
from tenuto.core.scales.reading import find
from tests.core.intake.people import TODAY, healthy
from tests.spec.tables import rows

CODES = ("SEVERITY-LOW", "TRIALS-FEW")


def days_ago(number):
    return TODAY - timedelta(days=int(number))


def person(row):
    known = healthy()
    scores = []
    for cell in row["scores"].split(","):
        told, ago = cell.split("@")
        scale, value = told.split()
        scores.append(RecordedScore(scale, Decimal(value), days_ago(ago), items=(("9", 0),)))
    answers = [a for a in known.answers if a.fact != "treatments.trials"]
    return replace(
        known,
        problems=(Problem("", (Coding("icd10cm", row["problem"]),)),),
        scores=(*(s for s in known.scores if s.instrument != "PHQ-9"), *scores),
        answers=(*answers, Answer("treatments.trials", row["trials"], TODAY)),
    )


@pytest.mark.parametrize("row", rows("intake/severity.md"))
def test_severity_and_trials(row):
    began = days_ago(row["course"]) if row["course"] else None
    judged = assess(person(row), policy=default_policy(), as_of=TODAY, course_began=began)
    found = [f"{f.code} {f.level.name}" for f in judged.gate.findings if f.code in CODES]
    wanted = [] if row["finding"] == "pass" else [part.strip() for part in row["finding"].split(",")]
    assert sorted(found) == sorted(wanted)


def test_every_finding_names_the_scale_the_value_and_the_border():
    row = {"problem": "F33.2", "scores": "phq9 9 @ 3", "trials": "none"}
    judged = assess(person(row), policy=default_policy(), as_of=TODAY)
    low, few = (next(f for f in judged.gate.findings if f.code == code) for code in CODES)
    assert "9 of Thu 19 Nov 2026, mild, below moderate (10 or more)" in low.message
    assert low.basis.sources
    assert "at least 2 adequate trials of 6 weeks or more did not help; 0 can be read here" in few.message


def test_unanswered_trials_are_missing_and_not_few():
    known = healthy()
    without = replace(known, answers=tuple(a for a in known.answers if a.fact != "treatments.trials"))
    judged = assess(without, policy=default_policy(), as_of=TODAY)
    assert "TRIALS-FEW" not in {f.code for f in judged.gate.findings}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("sertraline 150 mg for 10 weeks, venlafaxine 225 mg for 12 weeks; little change", 2),
        ("Escitalopram 20 mg 10 weeks, no response; venlafaxine 225 mg 12 weeks, partial; sertraline now", 2),
        ("6 weeks; 6 wks; 5 weeks", 2),
        ("1 month; 2 months", 1),
        ("none", 0),
        ("", 0),
        ("sertraline 10 weeks: adequacy unclear", 0),
        ("weeks of sertraline", 0),
    ],
)
def test_trials_in_words(text, count):
    assert adequate_trials(text, weeks_min=Decimal(6)) == count


def test_a_condition_that_asks_for_resistance_has_a_scale_with_a_moderate_band():
    for condition in conditions():
        if condition.resistant:
            assert any((scale := find(name)) and moderate_from(scale) for name in condition.scales), (
                condition.id
            )
