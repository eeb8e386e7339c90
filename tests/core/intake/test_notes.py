"""What notes write across a comma, with a sign, or as a list of denials."""

from __future__ import annotations

import pytest

from tenuto.core.intake.contraindications import closing
from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.intake.terminology import risk_told, treated_elsewhere
from tests.core.intake.people import finding, healthy, judged


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Hypertension, uncontrolled", {"pressure_hazard"}),
        ("HTN, poorly controlled", {"pressure_hazard"}),
        ("Denies hypertension, uncontrolled", set()),
        ("hears voices", {"psychosis"}),
        ("Stimmenhören seit 2019", {"psychosis"}),
        ("denies hearing voices", set()),
        ("keine Halluzinationen", set()),
        ("schwere Episode ohne psychotische Symptome", set()),
        ("Known AAA 5.2 cm", {"aneurysm"}),
    ],
)
def test_what_words_of_a_note_close(text, rules):
    assert closing(Problem(text)) == rules


def test_words_across_a_comma_are_for_a_person_beside_a_harmless_code():
    problem = Problem("Hypertension, uncontrolled", (Coding("icd10cm", "I10"),))
    found = finding(judged(healthy(problems=(*healthy().problems, problem))), "CONTRA-PRESSURE-HAZARD")
    assert "is mentioned but not settled" in found.message


@pytest.mark.parametrize(
    "text",
    ["+SI", "SI: yes", "SI - active with plan", "not without suicidal thoughts", "cut her wrists last week"],
)
def test_a_risk_that_is_written_short_is_told(text):
    assert risk_told(text) == {"suicide.screen"}


@pytest.mark.parametrize("text", ["Denies SI, HI, AVH.", "SI: no", "no SI", "Si, gracias"])
def test_a_risk_that_is_denied_is_none(text):
    assert risk_told(text) == frozenset()
    assert closing(Problem(text)) == frozenset()


@pytest.mark.parametrize(
    ("text", "told"),
    [("ECT session", True), ("Hospice care team", True), ("no ECT", False), ("Dentist", False)],
)
def test_a_treatment_that_must_agree_with_this_one_is_told(text, told):
    assert treated_elsewhere(text) is told
