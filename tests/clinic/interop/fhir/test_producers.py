"""General records in the shape of ten producers: how every entry ends, as it was read once against the file.

`docs/reference/records-by-producer.md` is the same as a page; a changed ending changes both, on purpose.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tenuto.clinic.interop.fhir import BundleReading, parse, read_bundle
from tenuto.core.intake.reading_report import Ending

ROOT = Path(__file__).resolve().parents[4]
HERE = ROOT / "tests/data/fhir"
PAGE = ROOT / "docs/reference/records-by-producer.md"
FILES = {
    "epic": HERE / "producers/epic.json",
    "oracle-health": HERE / "producers/oracle-health.json",
    "meditech": HERE / "producers/meditech.json",
    "athenahealth": HERE / "producers/athenahealth.json",
    "synthea": HERE / "synthea-luna60.json",
    "openmrs": HERE / "producers/openmrs.json",
    "germany": HERE / "producers/germany.json",
    "switzerland": HERE / "producers/switzerland.json",
    "australia": HERE / "producers/australia.json",
    "england-gp-connect": HERE / "producers/england-gp-connect.json",
}
COLUMNS = (Ending.USED, Ending.NOT_NEEDED, Ending.NOT_UNDERSTOOD, Ending.TAKEN_BACK)


def reading(name: str) -> BundleReading:
    return read_bundle(parse(FILES[name].read_bytes(), name=name), as_of=date(2026, 3, 2))


def row(name: str) -> list[str]:
    """The cells of a record in the table of the page."""
    found = re.search(rf"^\| `{name}` \|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found, f"{PAGE.name} has no row for {name}"
    return [cell.strip() for cell in found[1].split("|")]


@pytest.mark.parametrize("name", FILES)
def test_every_entry_ends_as_the_page_says(name):
    report = reading(name).report
    counts = [
        len(report.entries),
        *(report.counts.get(ending, 0) for ending in COLUMNS),
        len(report.unsettled),
    ]
    assert row(name)[1:7] == [str(n) for n in counts]
    assert sum(counts[1:5]) == counts[0], "an entry ended in a way that the page has no column for"


def endings(name: str, ending: Ending) -> set[str]:
    return {entry.label for entry in reading(name).report.entries if entry.ending is ending}


@pytest.mark.parametrize(
    ("name", "ending", "labels"),
    [
        ("epic", Ending.NOT_NEEDED, {"Condition/eENC1"}),
        ("oracle-health", Ending.TAKEN_BACK, {"Condition/p74", "Observation/v2"}),
        ("oracle-health", Ending.NOT_UNDERSTOOD, {"Procedure/pr1", "CarePlan/cp1"}),
        ("meditech", Ending.NOT_UNDERSTOOD, {"Observation/o5", "Observation/o7"}),
        ("athenahealth", Ending.NOT_NEEDED, {"AllergyIntolerance/a-99999.al-1"}),
        (
            "openmrs",
            Ending.NOT_UNDERSTOOD,
            {"Observation/o1", "Observation/o2", "Observation/o3", "Observation/o4"},
        ),
        ("germany", Ending.NOT_NEEDED, {"AllergyIntolerance/a1"}),
        ("switzerland", Ending.NOT_UNDERSTOOD, {"DeviceUseStatement/d1"}),
        ("australia", Ending.NOT_UNDERSTOOD, {"Procedure/pr"}),
        ("england-gp-connect", Ending.NOT_UNDERSTOOD, {"List/l1", "Observation/o1", "ProcedureRequest/r1"}),
    ],
)
def test_what_ended_so(name, ending, labels):
    assert labels <= endings(name, ending)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("epic", "may not contain the entire record"),
        ("athenahealth", "there are 15 entries and sent 14"),
        ("switzerland", "“Antécédents” is empty (withheld)"),
        ("switzerland", "“Résultats” is empty (unavailable)"),
        ("england-gp-connect", "ProcedureRequest/r1 is written in FHIR STU3"),
        ("openmrs", "Observation/o2 (“Height (cm)"),
    ],
)
def test_what_a_person_is_asked_to_look_at(name, sentence):
    assert any(sentence in each for each in reading(name).report.unsettled)


def test_a_suspected_diagnosis_beside_its_german_code_is_not_certain():
    certain = {p.origin: p.certain for p in reading("germany").facts.problems}
    assert len(certain) == 2
    assert sorted(certain.values()) == [False, True]


def test_halves_of_one_blood_pressure_sent_apart_are_read():
    kinds = {m.kind: m.minute for m in reading("meditech").facts.measurements if "mmhg" in m.kind}
    assert kinds["systolic_mmhg"] == kinds["diastolic_mmhg"] != ""


def test_which_number_proves_who_it_is():
    proving = {name: [str(i) for i in reading(name).facts.person.identifiers if i.proves] for name in FILES}
    assert "MRN 209107" in proving["epic"]
    assert proving["meditech"] == ["MR M000121"]
    assert proving["athenahealth"] == ["ah-patient a-99999.E-4242"]
    assert proving["openmrs"] == []
    assert proving["australia"] == []
    assert proving["england-gp-connect"] == ["nhs-number 9000000009"]
