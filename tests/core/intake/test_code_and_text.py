"""A diagnosis whose code and text disagree opens nothing; one whose words nobody knows is compared by a person."""

from __future__ import annotations

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.conditions import by_code, indications, not_compared, told_otherwise
from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.intake.icd10cm import titles
from tests.core.intake.people import healthy, judged

F33_2 = Coding("icd10cm", "F33.2")


def coded(text, coding=F33_2):
    return Problem(text, (coding,))


def levels(problem):
    gate = judged(healthy(problems=(problem,))).gate
    return {f.code: f for f in gate.findings if f.level > Level.PASS and not f.missing}


@pytest.mark.parametrize(
    "text",
    [
        "Migraine",
        "Bipolar disorder",
        "PTSD",
        "Hypertension",
        "Complex regional pain syndrome",
        "Schizophrenia",
    ],
)
@pytest.mark.parametrize("coding", [F33_2, Coding("snomed", "370143000")])
def test_a_text_that_says_something_else_than_the_code_never_opens(text, coding):
    problem = coded(text, coding)
    assert told_otherwise(problem) == text
    assert indications([problem]) == ()
    found = levels(problem)
    assert "code and text disagree" in found["NOT-CHECKED"].message
    assert coding.code in found["NOT-CHECKED"].message


def test_a_display_counts_as_a_text():
    assert told_otherwise(Problem("Depression", (Coding("icd10cm", "F33.2", "Migraine"),))) == "Migraine"


def test_words_that_nobody_knows_are_compared_by_a_person():
    problem = coded("Fractured femur")
    assert not told_otherwise(problem)
    assert not_compared(problem) == "Fractured femur"
    found = levels(problem)["CODE-AND-TEXT"]
    assert (found.level, found.fact) == (Level.REVIEW, "diagnosis")
    assert found.message.startswith("“Fractured femur” is coded F33.2, Depression")


@pytest.mark.parametrize(
    "text",
    ["", "Depression", "Recurrent major depressive disorder, severe", "MDD", "Depression and migraine"],
)
def test_a_text_that_agrees_says_nothing(text):
    problem = coded(text)
    assert not told_otherwise(problem)
    assert not not_compared(problem)
    assert len(indications([problem])) == 1


def test_no_official_title_disagrees_with_its_own_code():
    for code, title in titles().items():
        problem = Problem(title, (Coding("icd10cm", code, title),))
        assert by_code(problem.codings[0])
        assert not told_otherwise(problem), code
        assert not not_compared(problem), code
