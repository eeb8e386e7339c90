"""Values that no rule judges: what says nothing is quiet, everything else is said in one sentence."""

from __future__ import annotations

import pytest

from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import WEIGHT, concept, observation, quantity, read, said

NOT_JUDGED = "Recorded and not judged by this program: "


def named(text: str, **more: object) -> dict:
    return observation("x", code={"text": text}) | more


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (observation("8693-4", valueString="restless, hostile"), "restless, hostile"),
        (named("Legal status", valueString="involuntary hold"), "Legal status: involuntary hold"),
        (observation("10160-0", valueString="phenelzine 15 mg tid"), "phenelzine 15 mg tid"),
        (observation("97816-3", valueString="ASA IV"), "97816-3: ASA IV (1 Mar 2026)"),
        (named("Urine dipstick blood", valueString="+++"), "Urine dipstick blood: +++"),
        (named("Potassium", valueQuantity=quantity(6.9, "mmol/L")), "Potassium: 6.9 mmol/L (1 Mar 2026)"),
        (named("AUDIT", valueInteger=32), "AUDIT: 32"),
        (named("Benzodiazepines, urine", valueString="Positive"), "Benzodiazepines, urine: Positive"),
        (named("Resuscitation", valueBoolean=True), "Resuscitation: yes"),
        (named("Haemolysis"), "Haemolysis: without a value"),
        (
            named("Sodium", valueQuantity=quantity(118, "mmol/L"), referenceRange=[{"low": quantity(135, "mmol/L")}]),
            "Sodium: 118 mmol/L",
        ),
        (
            named("Lithium", valueQuantity=quantity(0.9, "mmol/L"), interpretation=[{"coding": [{"code": "A"}]}]),
            "Lithium: 0.9 mmol/L (A)",
        ),
    ],
)  # fmt: skip
def test_what_no_rule_judges_is_said_by_name_and_value(made: dict, words: str) -> None:
    reading = read(made)
    sentence = next(each for each in reading.facts.unreadable if words in each)
    assert sentence.startswith(NOT_JUDGED) or "may be about" in sentence
    assert any(words in each for each in reading.report.in_full)
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


@pytest.mark.parametrize(
    "made",
    [
        observation("39156-5", valueQuantity=quantity(41, "kg/m2")),
        observation("72166-2", valueCodeableConcept={"text": "Never smoked"}),
        named("Sodium", valueQuantity=quantity(140, "mmol/L"), referenceRange=[{"low": quantity(135, "mmol/L"), "high": quantity(145, "mmol/L")}]),
        named("Sodium", valueQuantity=quantity(140, "mmol/L"), interpretation=[{"coding": [{"code": "N"}]}]),
        named("Opioids, urine", valueString="Not detected"),
        named("Falls", valueBoolean=False),
        named("CIWA-Ar", valueInteger=0),
        named("Potassium", dataAbsentReason=concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed")),
        named("Laboratory panel", hasMember=[{"reference": "Observation/o2"}]),
        named("Potassium", status="cancelled", valueQuantity=quantity(6.9, "mmol/L")),
    ],
)  # fmt: skip
def test_what_says_nothing_is_quiet(made: dict) -> None:
    assert not said(read(made), NOT_JUDGED)


def test_many_values_are_one_sentence_with_what_is_marked_first() -> None:
    many = [named(f"Value {n}", id=f"v{n}", valueQuantity=quantity(n, "mmol/L")) for n in range(40)]
    again = named("Value 3", id="again", valueQuantity=quantity(99, "mmol/L"), effectiveDateTime="2026-03-02")
    reading = read(*many, again, named("Mood", id="mood", valueString="labile"))
    (sentence,) = (each for each in reading.facts.unreadable if each.startswith(NOT_JUDGED))
    assert sentence.startswith(f"{NOT_JUDGED}Mood: labile (1 Mar 2026); Value 3: 99 mmol/L (2 Mar 2026); ")
    assert sentence.endswith("; and 35 more. Read these.")
    assert any("Value 17: 17 mmol/L" in each for each in reading.report.in_full)


@pytest.mark.parametrize("name", ["Weight", "Wt", "Body weight", "Gewicht"])
def test_a_weight_by_name_alone_is_one_that_nobody_can_rely_on(name: str) -> None:
    newer = named(name, id="o2", valueQuantity=quantity(50, "kg"), effectiveDateTime="2026-03-02T08:00:00Z")
    reading = read(WEIGHT, newer)
    assert [m.value for m in reading.facts.measured("weight_kg") if m.unclear] == [50]
    assert said(reading, "may be about measured weight, but its code is not known here")


@pytest.mark.parametrize("status", ["preliminary", "unknown"])
def test_a_weight_that_is_not_final_opens_nothing(status: str) -> None:
    (weight,) = read(WEIGHT | {"status": status}).facts.measured("weight_kg")
    assert weight.unclear == f"is {status}, not final"


def test_a_capacity_that_is_denied_is_said() -> None:
    reading = read(named("Decision-making capacity", valueBoolean=False))
    assert said(reading, "Decision-making capacity: no")
