"""Who a record is of, what its envelope says, and what is refused or taken back in it."""

from __future__ import annotations

import pytest

from tests.clinic.interop.fhir.bundles import (
    ANEURYSM,
    MARK,
    ME,
    PATIENT,
    SNOMED,
    WEIGHT,
    concept,
    consent,
    entries,
    observation,
    of,
    read,
    relied_on,
    said,
)

KIND = "http://terminology.hl7.org/CodeSystem/v2-0203"


def numbered(**sent: object) -> dict:
    return PATIENT | {"identifier": [{"system": "https://h.example/mr", "value": "A-41"} | sent]}


@pytest.mark.parametrize(
    "sent",
    [
        {"type": concept(KIND, "SN")},
        {"type": concept(KIND, "MB")},
        {"type": concept(KIND, "MC")},
        {"system": None},
        {"use": "old"},
        {"use": "temp"},
        {"period": {"end": "2020-01-01"}},
        {"value": "XXX-XX-XXXX"},
        {"value": "000"},
        {"value": "UNKNOWN"},
    ],
)
def test_a_number_that_is_not_the_person_s_own_proves_nothing(sent: dict) -> None:
    assert said(read(patient=numbered(**sent)), "no number of this record proves who it is")


@pytest.mark.parametrize("given", ["John", "Jane A.", "Baby Boy"])
def test_doe_and_roe_are_surnames_that_people_have(given: str) -> None:
    words = "may stand for a name that nobody knew"
    for surname in ("Doe", "Roe"):
        assert said(read(patient=PATIENT | {"name": [{"family": surname, "given": [given]}]}), words)
        real = PATIENT | {"name": [{"family": surname, "given": ["Margaret"]}]}
        assert not said(read(patient=real), words)


@pytest.mark.parametrize("patient", [numbered(), PATIENT])
def test_an_own_number_and_none_at_all_are_no_remark(patient: dict) -> None:
    assert not said(read(patient=patient), "proves who it is")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": [{"family": "Doe", "given": ["Baby Boy"]}]}, "may stand for a name that nobody knew"),
        ({"name": [{"family": "Unknown", "given": ["Male"]}]}, "may stand for a name that nobody knew"),
        ({"name": [{"family": "ZZZTEST", "given": ["Ana"]}]}, "may stand for a name that nobody knew"),
        ({"name": [{"text": "MERGED - DO NOT USE"}]}, "may stand for a name that nobody knew"),
        (
            {"name": [{"use": "official", "text": "Ana Ensayo"}, {"use": "official", "text": "Tom Other"}]},
            "two official names, “Ana Ensayo” and “Tom Other”",
        ),
        ({"link": [{"type": "seealso", "other": {"reference": "Patient/p2"}}]}, "another record of this person (Patient/p2)"),
        ({"multipleBirthBoolean": True}, "one of a multiple birth"),
        ({"multipleBirthInteger": 2}, "one of a multiple birth"),
        ({"text": {"div": "<div>known cerebral aneurysm</div>"}}, "known cerebral aneurysm"),
    ],
)  # fmt: skip
def test_doubts_about_the_person_are_said(more: dict, words: str) -> None:
    assert said(read(patient=PATIENT | more), words)


@pytest.mark.parametrize("code", ["76689-9", "46098-0"])
def test_a_sex_at_birth_that_contradicts_asks_for_every_test(code: str) -> None:
    born = observation(code, valueCodeableConcept={"text": "Female"})
    assert read(born, patient=PATIENT | {"gender": "male"}).facts.person.sex == ""


LABEL = {"meta": {"security": [{"code": "PATRPT"}]}}


def test_what_is_marked_as_told_by_the_patient_was_not_measured() -> None:
    (weight,) = read(WEIGHT | LABEL).facts.measured("weight_kg")
    assert weight.estimated
    (weight,) = read(WEIGHT, **LABEL).facts.measured("weight_kg")
    assert weight.estimated
    assert said(read(ANEURYSM | LABEL), "marked as told by the patient")


@pytest.mark.parametrize("label", ["CRYTOHASH", "SYNTAC"])
def test_a_label_of_what_was_altered_is_said(label: str) -> None:
    assert said(read(WEIGHT | {"meta": {"security": [{"code": label}]}}), f"marked as {label}")


def test_the_mark_of_a_test_on_a_bundle_holds_for_all_of_it() -> None:
    assert said(read(WEIGHT, meta={"security": [{"code": "HTEST"}]}), "marked as test data")


def test_an_answer_of_gone_takes_back_what_was_sent() -> None:
    gone = {"fullUrl": "https://h.example/Observation/o1", "response": {"status": "410 Gone"}}
    assert of(entries({"resource": WEIGHT}, gone)).facts.measurements == ()


def test_a_change_that_is_not_read_leaves_nothing_to_rely_on() -> None:
    change = {"request": {"method": "PATCH", "url": "Observation/o1"}}
    reading = of(entries({"resource": WEIGHT}, change))
    assert relied_on(reading.facts) == ()
    assert said(reading, "Observation/o1 is changed by the sender")


def test_a_resource_in_the_place_of_an_outcome_is_read() -> None:
    assert of(entries({"response": {"status": "200", "outcome": ANEURYSM}})).facts.problems


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ({"self": "https://h.example/x?page=1", "last": "https://h.example/x?page=7"}, "one page of several"),
        ({"self": "https://h.example/x?_since=2026-02-01"}, "only asked for a part (_since)"),
    ],
)
def test_links_that_say_that_there_is_more(links: dict, words: str) -> None:
    assert said(read(link=[{"relation": name, "url": url} for name, url in links.items()]), words)


def test_one_page_alone_is_whole() -> None:
    one = [{"relation": name, "url": "https://h.example/x?page=1"} for name in ("self", "first", "last")]
    assert read(link=one).report.settled


def test_no_to_ketamine_is_no_consent() -> None:
    (kept,) = read(consent(category=[{"text": "Not for ketamine; only for esketamine"}])).facts.consents
    assert kept.refused
    assert read(consent(category=[{"text": "Only for esketamine"}], policyRule={})).facts.consents == ()
    research = {"text": "Ketamine infusion"} | concept("http://terminology.hl7.org/x", "research")
    assert read(consent(category=[research])).facts.consents == ()
    never = consent(
        scope=concept("x", "adr"), category=[{"text": "never ketamine"}], provision={"type": "deny"}
    )
    assert said(read(never), "an advance directive, says no to ketamine")


def test_no_known_allergy_that_is_refuted_is_asked_about() -> None:
    refuted = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": ME,
        "code": concept(SNOMED, "716186003", "No known allergy"),
        "verificationStatus": concept(
            "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "refuted"
        ),
    }
    assert said(read(refuted), "Ask what the person reacts to")


def test_a_note_on_a_result_and_what_a_mark_is_about_are_said() -> None:
    test = observation("2106-3", valueString="negative", note=[{"text": "repeat test positive"}])
    assert said(read(test), "carries the note “repeat test positive”")
    aneurysm = ANEURYSM | MARK | {"code": {"text": "Cerebral aneurysm"}}
    assert said(read(aneurysm), "Condition/c1 (“Cerebral aneurysm”) carries a mark")


def test_a_medicine_that_was_supplied_is_asked_about() -> None:
    supplied = {
        "resourceType": "SupplyDelivery",
        "id": "s1",
        "patient": ME,
        "suppliedItem": {"itemCodeableConcept": {"text": "phenelzine"}},
    }
    assert said(read(supplied), "names another medicine in its words: “phenelzine”")
