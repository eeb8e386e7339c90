"""Entries that nobody can rely on: what they say against treatment counts, and nothing in them opens anything."""

from __future__ import annotations

import pytest

from tenuto.core.intake.facts import PatientFacts
from tests.clinic.interop.fhir.bundles import (
    ANEURYSM,
    LOINC,
    ME,
    PRESSURE,
    SNOMED,
    WEIGHT,
    concept,
    condition,
    consent,
    entries,
    entry,
    item,
    observation,
    of,
    quantity,
    read,
    relied_on,
    response,
    said,
)

DEPRESSED = condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "F33.2"))


def changed(resource: dict, *, by: str = "") -> PatientFacts:
    """The facts of a record in which the sender changes one entry in a way that is not read here."""
    url = by or f"{resource['resourceType']}/{resource['id']}"
    return of(entries({"resource": resource}, {"request": {"method": "PATCH", "url": url}})).facts


def test_a_change_leaves_what_closes_and_nothing_that_opens() -> None:
    assert [p.certain for p in changed(ANEURYSM).problems] == [True]
    assert [p.certain for p in changed(DEPRESSED).problems] == [False]
    assert changed(consent()).consents == ()
    assert [m.unclear for m in changed(PRESSURE).measurements] == [
        "is changed by the sender in a way that is not read here"
    ] * 2
    no, yes = (response(item("history.aneurysm", valueBoolean=told)) for told in (False, True))
    assert changed(no).answers == ()
    assert [a.value for a in changed(yes).answers] == [True]


def test_a_changed_answer_about_suicide_counts_as_positive() -> None:
    (score,) = changed(observation("44260-8", valueInteger=0)).scores
    assert (score.instrument, score.value) == ("phq9_item9", 3)
    assert "changed by the sender" in score.unclear


@pytest.mark.parametrize(
    ("search", "meant"),
    [("Observation?code=29463-7", True), ("Observation?subject=p1", True), ("Observation?code=8302-2", False), ("Condition?code=29463-7", False)],
)  # fmt: skip
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_act_on_what_a_search_finds_may_mean_an_entry(search: str, meant: bool, method: str) -> None:
    act = {"request": {"method": method, "url": search}}
    facts = of(entries({"resource": WEIGHT}, act)).facts
    assert (relied_on(facts) == ()) is meant


def test_the_body_of_a_change_is_not_what_is_changed() -> None:
    body = {
        "resourceType": "Binary",
        "id": "b1",
        "contentType": "application/json-patch+json",
        "data": "W10=",
    }
    act = {"request": {"method": "PATCH", "url": "Observation/o1"}, "resource": body}
    assert relied_on(of(entries({"resource": WEIGHT}, act)).facts) == ()


def test_what_an_entry_holds_inside_can_close() -> None:
    inside = {**ANEURYSM, "id": "in"}
    reading = read(entry("Procedure", status="completed", contained=[inside]))
    assert len(reading.facts.problems) == 1
    assert said(reading, "is no entry of its own; it opens nothing")
    without = {name: value for name, value in inside.items() if name != "subject"}
    assert len(read(entry("Procedure", contained=[without])).facts.problems) == 1


@pytest.mark.parametrize(
    "holder",
    [
        entry("Procedure", subject={"reference": "Patient/other"}),
        entry("Procedure", status="entered-in-error"),
        {"resourceType": "FamilyMemberHistory", "id": "f", "patient": ME},
    ],
)
def test_what_stands_inside_an_entry_about_somebody_else_is_not_this_person_s(holder: dict) -> None:
    inside = {name: value for name, value in ANEURYSM.items() if name != "subject"}
    assert read(holder | {"contained": [inside]}).facts.problems == ()


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("29463-7", "Body height", quantity(71, "kg", "kg")),
        ("8302-2", "Body weight", quantity(176, "cm", "cm")),
        ("8480-6", "Diastolic blood pressure", quantity(120, "mm[Hg]")),
        ("8867-4", "Respiratory rate", quantity(68, "/min")),
        ("1742-6", "Glucose", quantity(24, "U/L")),
        ("8867-4", "Fetal heart rate", quantity(68, "/min")),
        ("8480-6", "Target systolic blood pressure", quantity(120, "mm[Hg]")),
    ],
)
def test_a_value_whose_name_says_another_one_than_its_code_is_unclear(
    code: str, name: str, value: dict
) -> None:
    reading = read(observation(code, code=concept(LOINC, code, name), valueQuantity=value))
    assert len(reading.facts.measurements) == 1
    assert relied_on(reading.facts) == ()
    assert said(reading, f"is called “{name}”; code and name disagree")


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("29463-7", "Weight", quantity(71, "kg", "kg")),
        ("6768-6", "Alkaline phosphatase", quantity(70, "U/L")),
        ("8480-6", "Systolischer Blutdruck", quantity(120, "mm[Hg]")),
    ],
)
def test_a_name_that_fits_its_code_is_no_doubt(code: str, name: str, value: dict) -> None:
    reading = read(observation(code, code=concept(LOINC, code, name), valueQuantity=value))
    assert len(relied_on(reading.facts)) == 1
    assert reading.facts.unreadable == ()


def test_a_result_under_another_name_only_closes() -> None:
    def test(code: str) -> PatientFacts:
        named = concept(LOINC, "2106-3", "TSH")
        return read(observation("2106-3", code=named, valueCodeableConcept=concept(SNOMED, code))).facts

    assert test("260385009").answers == ()
    assert [a.value for a in test("10828004").answers] == ["positive"]


@pytest.mark.parametrize(
    "name",
    ["Lean body weight", "Baby's weight", "Weight loss", "Weight of husband", "Weight with wheelchair"],
)
def test_a_weight_that_is_another_one_by_its_name_carries_no_dose(name: str) -> None:
    named = {"coding": [{"system": LOINC, "code": "29463-7"}], "text": name}
    reading = read(WEIGHT | {"code": named})
    assert relied_on(reading.facts) == ()
    assert said(reading, "which is another one than the person has now")
