"""Whose an entry is, and who decides in a person's place."""

from __future__ import annotations

import pytest

from tenuto.clinic.interop.fhir import UnusableBundle
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    ANEURYSM,
    ME,
    PATIENT,
    WEIGHT,
    concept,
    condition,
    entries,
    entry,
    of,
    read,
    said,
)

# ---- whose ---------------------------------------------------------------------------------------------------
NUMBERED = PATIENT | {"identifier": [{"system": "https://x.example/mrn", "value": "7"}]}


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient?identifier=https://x.example/mrn|7"},
        {"reference": "Patient?identifier=https%3A%2F%2Fx.example%2Fmrn%7C7"},
        {"reference": "https://ehr.example/fhir/Patient?identifier=https://x.example/mrn|7"},
        {"reference": "Patient?_id=p1"},
        {"identifier": {"system": "https://x.example/mrn", "value": "7"}},
        {"reference": "Patient/unknown", "identifier": {"system": "https://x.example/mrn", "value": "7"}},
        {"type": "Patient", "reference": "Patient/p1/_history/4"},
        {"reference": "#me"},
    ],
)
def test_every_lawful_writing_of_this_patient_is_this_patient(subject: dict) -> None:
    contained = [{"resourceType": "Patient", "id": "me", "identifier": NUMBERED["identifier"]}]
    made = condition({"text": "Depression"}, subject=subject, contained=contained)
    assert len(read(made, patient=NUMBERED).facts.problems) == 1


OTHER = {"system": "https://x.example/mrn", "value": "9999"}


@pytest.mark.parametrize(
    ("more", "used"),
    [
        ({"identifier": OTHER}, False),
        ({"identifier": {"value": "9999"}}, False),
        ({"display": "Sam Ensayo"}, False),
        ({"display": "Ensayo, S."}, False),
        ({"display": "Maria Otra (MRN 7)"}, False),
        ({"identifier": OTHER | {"value": " 7 "}}, True),
        ({"identifier": OTHER | {"system": "https://elsewhere.example/mrn"}}, True),
        ({"display": "Patient 1"}, True),
        ({"display": "Sra. ENSAYO, Ana María"}, True),
        ({"display": "A. Ensayo (MRN 7)"}, True),
        ({"display": "安娜"}, True),
    ],
)
def test_a_reference_whose_number_or_name_is_another_s_is_not_known_whose(more: dict, used: bool) -> None:
    reading = read(WEIGHT | {"subject": ME | more}, patient=NUMBERED)
    assert bool(reading.facts.measurements) is used
    assert said(reading, "not known whose it is") is not used


@pytest.mark.parametrize("address", ["http://a.example/Patient/p1", "https://a.example/Patient/p1/"])
def test_a_server_is_the_same_with_and_without_encryption(address: str) -> None:
    made = entries({"resource": condition({"text": "Depression"}, subject={"reference": address})})
    made["entry"][0]["fullUrl"] = "https://a.example/Patient/p1"
    reading = of(made)
    assert len(reading.facts.problems) == 1
    assert Ending.SOMEBODY_ELSE not in reading.report.counts


@pytest.mark.parametrize("number", ["8", ""])
def test_another_number_is_not_this_patient(number: str) -> None:
    made = condition(
        {"text": "Depression"}, subject={"reference": f"Patient?identifier=https://x.example/mrn|{number}"}
    )
    assert read(made, patient=NUMBERED).facts.problems == ()


def test_the_same_id_on_another_server_is_not_known_whose() -> None:
    made = entries(
        {"resource": condition({"text": "Depression"}, subject={"reference": "https://b.example/Patient/p1"})}
    )
    made["entry"][0]["fullUrl"] = "https://a.example/Patient/p1"
    assert of(made).facts.problems == ()


@pytest.mark.parametrize("kind", ["seealso", "refer", "replaces", "replaced-by"])
@pytest.mark.parametrize(
    "other",
    [
        {"name": [{"family": "Madre", "given": ["Queta"]}]},
        {"birthDate": "1950-01-01"},
        {"gender": "male"},
    ],
)
def test_a_link_joins_no_two_people_who_do_not_agree(kind: str, other: dict) -> None:
    linked = PATIENT | {"id": "p2", "link": [{"type": kind, "other": {"reference": "Patient/p1"}}]} | other
    with pytest.raises(UnusableBundle, match="linked as one person and do not agree") as problem:
        read(linked)
    assert "Ana Ensayo, born 1980-05-17" in str(problem.value)


@pytest.mark.parametrize("kind", ["seealso", "refer", "replaces", "replaced-by"])
@pytest.mark.parametrize("other", [{}, {"birthDate": "1980"}, {"name": [{"text": "ENSAYO Ana"}]}])
def test_a_link_joins_two_records_that_agree(kind: str, other: dict) -> None:
    linked = PATIENT | {"id": "p2", "link": [{"type": kind, "other": {"reference": "Patient/p1"}}]} | other
    assert len(read(linked, ANEURYSM | {"subject": {"reference": "Patient/p2"}}).facts.problems) == 1


@pytest.mark.parametrize(("kind", "joined"), [("seealso", False), ("replaces", True)])
def test_a_record_that_tells_no_name_is_joined_only_when_it_is_replaced(kind: str, joined: bool) -> None:
    bare = {
        "resourceType": "Patient",
        "id": "p2",
        "link": [{"type": kind, "other": {"reference": "Patient/p1"}}],
    }
    if joined:
        assert read(bare).facts.person.name == "Ana Ensayo"
    else:
        with pytest.raises(UnusableBundle, match="without name and birth date"):
            read(bare)


@pytest.mark.parametrize(
    "made",
    [
        {
            "resourceType": "Linkage",
            "id": "k",
            "item": [{"resource": ME}, {"resource": {"reference": "Patient/p9"}}],
        },
        {
            "resourceType": "Person",
            "id": "k",
            "link": [{"target": ME}, {"target": {"reference": "Patient/p9"}}],
        },
    ],
)
def test_who_else_is_joined_with_the_person_is_said(made: dict) -> None:
    assert said(read(made), "k joins this person with Patient/p9, whose record is not here")
    key = "item" if "item" in made else "link"
    assert read(made | {key: made[key][:1]}).facts.unreadable == ()


def test_the_same_id_at_another_server_is_not_known_whose() -> None:
    mine = {"fullUrl": "https://one.example/fhir/Patient/p1", "resource": PATIENT}
    there = ANEURYSM | {"subject": {"reference": "https://two.example/fhir/Patient/p1"}}
    reading = of({"resourceType": "Bundle", "type": "collection", "entry": [mine, {"resource": there}]})
    assert reading.facts.problems == ()
    assert said(reading, "not known whose it is")
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


def test_an_observation_on_somebody_with_the_patient_as_subject_is_not_the_patient_s() -> None:
    child = WEIGHT | {"focus": [{"reference": "RelatedPerson/child"}]}
    assert read(child).facts.measurements == ()


# ---- the person's place, and who decides ---------------------------------------------------------------------
@pytest.mark.parametrize("code", ["GUARD", "HPOWATT"])
def test_somebody_who_decides_for_the_person_is_said(code: str) -> None:
    role = [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", code)]
    related = {"resourceType": "RelatedPerson", "id": "r", "patient": ME, "relationship": role}
    for reading in (read(related), read(patient=PATIENT | {"contact": [{"relationship": role}]})):
        assert said(reading, "names somebody who decides for this person")
    sister = [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "SIS")]
    assert read(related | {"relationship": sister}).facts.unreadable == ()


@pytest.mark.parametrize(("status", "place", "told"), [("in-progress", "IMP", True), ("finished", "IMP", False), ("in-progress", "AMB", False)])  # fmt: skip
def test_a_person_who_is_in_a_hospital_now_is_said(status: str, place: str, told: bool) -> None:
    where = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": place}
    visit = entry("Encounter", status=status) | {"class": where}
    assert said(read(visit), "is in a hospital now") is told
