"""The rule tables of intake: each row of the manual is one case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Coding, Measurement, Medication, Problem, ProblemStatus
from tenuto.core.intake.required import JudgementPurpose
from tenuto.core.intake.wording import Mention, Phrases
from tests.core.intake.people import (
    DEPRESSION,
    TODAY,
    finding,
    healthy,
    judged,
    pressure,
    serious,
    with_answer,
    with_measured,
)
from tests.spec.tables import rows

TERMS = Phrases(
    {"aneurysm": ["aneurysm*"], "stroke": ["stroke"], "schizophrenia": ["schizophreni*", "schizophrenie"]}
)
PAIN = Problem("Complex regional pain syndrome", (Coding("icd10cm", "G90.511"),))


def listed(cell: str) -> list[str]:
    return [] if cell == "pass" else sorted(part.strip() for part in cell.split(","))


def day(days_ago: str):
    return TODAY - timedelta(days=int(days_ago)) if days_ago else None


@pytest.mark.parametrize("row", rows("intake/blood-pressure.md"))
def test_blood_pressure(row):
    readings = []
    for number, cell in enumerate(part for part in row["readings"].split(",") if part.strip()):
        value, ago = (part.strip() for part in cell.split("@"))
        days, _, minute = ago.partition(" ")
        readings += pressure(value, int(days), minute or f"09:{5 * number:02}")
    patient = with_measured(*readings, without=("systolic_mmhg", "diastolic_mmhg"))
    assert serious(judged(patient, JudgementPurpose(row["purpose"]))) == listed(row["finding"])


def weight(cell: str, number: int) -> Measurement:
    value, _, rest = cell.strip().partition(" @ ")
    ago, _, mark = rest.partition(" ")
    taken = None if ago == "?" else TODAY - timedelta(days=int(ago))
    original = "154 [lb_av]" if mark == "lb" else ""
    return Measurement(
        "weight_kg",
        Decimal(value),
        taken,
        f"Observation/{number}",
        original,
        mark == "e",
        f"09:{number:02}",
        unclear="is preliminary" if mark == "u" else "",
    )


@pytest.mark.parametrize("row", rows("intake/weight.md"))
def test_weight(row):
    cells = [cell for cell in row["weights"].split(",") if cell.strip()]
    patient = with_measured(*(weight(c, n) for n, c in enumerate(cells)), without=("weight_kg",))
    assessment = judged(patient, JudgementPurpose(row["purpose"]))
    assert sorted(found for found in serious(assessment) if "WEIGHT" in found) == listed(row["finding"])
    assert (assessment.weight is not None) == (row["dose"] == "yes")


@pytest.mark.parametrize("row", rows("intake/wording.md"))
def test_wording(row):
    said = TERMS.mentions(row["text"]).get(row["term"])
    assert (said.name.lower() if said is not None else "nothing") == row["says"]


def codings(cell: str, system: str) -> tuple[Coding, ...]:
    if not cell:
        return ()
    return (Coding("snomed", cell[4:]),) if cell.startswith("sct ") else (Coding(system, cell),)


@pytest.mark.parametrize("row", rows("intake/contraindications.md"))
def test_contraindications(row):
    problem = Problem(
        row["problem"],
        codings(row["code"], "icd10cm"),
        ProblemStatus(row["status"]),
        day(row["onset"]),
        day(row["ended"]),
    )
    treated = {"depression": DEPRESSION, "pain": PAIN}[row["treated"]]
    assessment = judged(
        healthy(problems=(treated, problem)), indication=None if treated is DEPRESSION else "crps"
    )
    if row["finding"] == "none":
        assert [
            f.code for f in assessment.gate.findings if f.code.startswith(("CONTRA", "NOT-CHECKED"))
        ] == []
        return
    code, level = row["finding"].split()
    assert finding(assessment, code).level is Level[level]


@pytest.mark.parametrize("row", rows("intake/medicines.md"))
def test_medicines(row):
    medication = Medication(row["medicine"], codings(row["rxnorm"], "rxnorm"))
    if row["medicine"] == "coded only":
        medication = replace(medication, text="")
    assessment = judged(healthy(medications=(medication,)))
    code, level = row["finding"].split()
    assert finding(assessment, code).level is Level[level]
    assert bool(assessment.not_checked) == (code == "MEDICINE-UNKNOWN")


@pytest.mark.parametrize("row", rows("intake/answers.md"))
def test_answers(row):
    assert serious(judged(with_answer(row["fact"], row["answer"]))) == listed(row["finding"])


def test_mentions_are_ordered_from_weak_to_strong():
    assert Mention.FAMILY < Mention.DENIED < Mention.UNCERTAIN < Mention.STATED
