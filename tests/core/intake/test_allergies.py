"""An allergy to the drug counts wherever a record keeps it: in its list of allergies, or among the conditions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Problem, ProblemStatus
from tests.core.intake.people import healthy, judged


def allergy_findings(problem):
    patient = healthy()
    found = judged(replace(patient, problems=(*patient.problems, problem))).gate.findings
    return {f.code: f.level for f in found if f.code.startswith("ALLERGY")}


@pytest.mark.parametrize(
    "text",
    [
        "Ketamine allergy",
        "Allergy to ketamine",
        "Anaphylaxis due to Ketalar",
        "ketamine hypersensitivity",
        "Spravato allergy",
        "Urticaria after ketamine",
        "Ketamine: bad reaction",
    ],
)
def test_a_condition_that_says_an_allergy_to_the_drug_blocks_as_one(text):
    assert Level.BLOCK in allergy_findings(Problem(text)).values()


@pytest.mark.parametrize(
    "problem",
    [
        Problem("Allergy to penicillin"),
        Problem("Ketamine treatment in 2019"),
        Problem("No ketamine allergy"),
        Problem("Family history of ketamine allergy"),
        Problem("Ketamine allergy", status=ProblemStatus.REFUTED),
        Problem("Allergic rhinitis"),
    ],
)
def test_another_allergy_another_use_and_a_refuted_one_do_not(problem):
    assert allergy_findings(problem) == {}
