"""Bundles that were not written here: what the generators' own people are known to have arrives, nothing crashes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import carebundle
import pytest
from carebundle.imperfection.defects import DEFECT_KINDS

from tenuto.cli import main
from tenuto.clinic.interop.fhir import BundleReading, parse, read_bundle
from tenuto.core.intake.facts import ProblemStatus

STORED = Path(__file__).resolve().parents[3] / "data" / "fhir"
SYNTHEA = STORED / "synthea-luna60.json"


def read(text: str | bytes) -> BundleReading:
    return read_bundle(parse(text.encode() if isinstance(text, str) else text), as_of=date(2026, 3, 2))


# ---- Synthea, stored -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def luna() -> BundleReading:
    return read(SYNTHEA.read_bytes())


def test_synthea_s_person_is_read(luna: BundleReading) -> None:
    person = luna.facts.person
    assert (person.name, person.birth_date, person.sex) == (
        "Luna60 McCullough561",
        date(2008, 11, 6),
        "female",
    )
    # The record number stays; social security number, licence and passport are not taken in.
    assert [str(each).split()[0] for each in person.identifiers] == [
        "synthea",
        "MR",
    ]
    assert luna.ignored["Immunization"] == 27
    assert luna.ignored["Encounter"] == 23
    assert luna.findings == ()


def test_synthea_s_conditions_keep_their_states(luna: BundleReading) -> None:
    states = Counter(p.status for p in luna.facts.problems)
    assert states == {ProblemStatus.RESOLVED: 7, ProblemStatus.ACTIVE: 1}
    (chronic,) = (p for p in luna.facts.problems if p.status is ProblemStatus.ACTIVE)
    assert (chronic.text, chronic.codings[0].system, chronic.codings[0].code) == (
        "Chronic sinusitis (disorder)",
        "snomed",
        "40055000",
    )


def test_synthea_s_stopped_orders_are_left_out(luna: BundleReading) -> None:
    raw = json.loads(SYNTHEA.read_bytes())
    orders = [e["resource"] for e in raw["entry"] if e["resource"]["resourceType"] == "MedicationRequest"]
    assert len(orders) == 6
    assert [m.text for m in luna.facts.medications] == ["4 ML dalteparin sodium 2500 UNT/ML Injection"]


def test_synthea_s_measurements_arrive_with_units_and_dates(luna: BundleReading) -> None:
    weights = luna.facts.measured("weight_kg")
    assert len(weights) == 15
    assert (weights[0].taken, weights[0].original) == (date(2018, 9, 20), "")
    assert weights[-1].value == Decimal("6.831718695517478")
    assert len(luna.facts.measured("systolic_mmhg")) == len(luna.facts.measured("diastolic_mmhg")) == 15


def test_of_synthea_s_entries_each_one_ends_and_only_types_that_could_matter_are_named(
    luna: BundleReading,
) -> None:
    raw = json.loads(SYNTHEA.read_bytes())
    assert len(luna.report.entries) == len(raw["entry"])
    *named, values = luna.facts.unreadable
    assert [sentence.split(" not read here")[0] for sentence in named] == [
        "2 entries of the type CarePlan are",
        "6 entries of the type Procedure are",
    ]
    assert values.startswith("Recorded and not judged by this program: ")


# ---- carebundle, made now ------------------------------------------------------------------------------------
@pytest.mark.parametrize("profile", sorted(carebundle.PROFILES))
@pytest.mark.parametrize("seed", range(3))
def test_carebundle_s_people_are_read_and_said_to_be_none(profile: str, seed: int) -> None:
    text = carebundle.to_json(carebundle.generate_bundle(profile=profile, seed=seed, sex="MF"[seed % 2]))
    reading, raw = read(text), json.loads(text)
    sent = Counter(e["resource"]["resourceType"] for e in raw["entry"])
    facts = reading.facts
    marked, values = facts.unreadable
    assert marked == "Patient in entry 1 is marked as test data. Check that this is a person's record."
    assert values.startswith("Recorded and not judged by this program: ")
    assert facts.person.name
    assert facts.person.birth_date
    assert len(facts.problems) == sent["Condition"]
    assert len(facts.medications) == sent["MedicationRequest"]
    assert {"weight_kg", "systolic_mmhg", "diastolic_mmhg"} <= {m.kind for m in facts.measurements}
    assert reading.ignored == {
        kind: sent[kind] for kind in ("DiagnosticReport", "Encounter", "Practitioner") if sent[kind]
    }


def test_carebundle_s_hypertension_is_coded_and_dosed_medicines_are_named() -> None:
    facts = read(carebundle.to_json(carebundle.generate_bundle(profile="hypertension", seed=3))).facts
    assert [(c.system, c.code) for p in facts.problems for c in p.codings] == [("icd10cm", "I10")]
    assert "lisinopril 10 MG Oral Tablet" in {m.text for m in facts.medications}
    assert {c.system for m in facts.medications for c in m.codings} == {"rxnorm"}


@pytest.mark.parametrize("kind", DEFECT_KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_carebundle_s_planted_defects_never_crash_and_never_pass(
    kind: str, seed: int, tmp_path, capsys
) -> None:
    bundle = json.loads(carebundle.to_json(carebundle.generate_bundle(profile="type2_diabetes", seed=seed)))
    spoilt, defects = carebundle.inject_defects(bundle, carebundle.Imperfection(**{kind: 0.5}), seed=seed)
    assert defects
    path = tmp_path / "spoilt.json"
    path.write_text(json.dumps(spoilt), "utf-8")
    assert main(["plan", str(path), "--as-of", "2026-03-02"]) in (2, 3, 4)
    capsys.readouterr()


def test_a_history_of_visits_keeps_every_reading_in_order() -> None:
    facts = read(
        carebundle.to_json(carebundle.generate_history(profile="hypertension", seed=2, visits=4))
    ).facts
    taken = [m.taken for m in facts.measured("systolic_mmhg")]
    assert len(set(taken)) == 4
    assert taken == sorted(taken, key=str, reverse=True)
