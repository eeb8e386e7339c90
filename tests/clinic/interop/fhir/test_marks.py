"""Marks that change a meaning, and values that say two things or carry something beside them."""

from __future__ import annotations

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from tenuto.clinic.interop.fhir import parse, read_bundle
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    AS_OF,
    LOINC,
    MARK,
    ME,
    PATIENT,
    PRESSURE,
    WEIGHT,
    concept,
    condition,
    consent,
    entries,
    entry,
    extension,
    item,
    observation,
    quantity,
    read,
    relied_on,
    response,
    said,
)


# ---- marks that change a meaning -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "made",
    [
        WEIGHT | MARK,
        WEIGHT | {"valueQuantity": quantity(70, "kg") | MARK},
        PRESSURE | {"component": [PRESSURE["component"][0] | MARK, PRESSURE["component"][1]]},
        response(item("/44260-8", valueInteger=0) | MARK),
        response(item("/44260-8", valueInteger=0) | {"answer": [{"valueInteger": 0} | MARK]}),
        consent(provision={"type": "permit"} | MARK),
        consent() | {"implicitRules": "https://ehr.example/rules/negated"},
        WEIGHT
        | {
            "_effectiveDateTime": {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                        "valueCode": "unknown",
                    }
                ]
            }
        },
    ],
)
def test_what_is_marked_as_meaning_something_else_is_never_used(made: dict) -> None:
    reading = read(made)
    assert (reading.facts.measurements, reading.facts.scores, reading.facts.consents) == ((), (), ())
    assert said(reading, "carries a mark that changes its meaning")
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


def test_a_mark_on_the_person_or_on_a_medicine_that_is_referred_to_is_said() -> None:
    assert said(read(patient=PATIENT | MARK), "Patient/p1 carries a mark that changes its meaning (negated)")
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "sertraline"}} | MARK
    taken = entry("MedicationStatement", status="active", medicationReference={"reference": "Medication/m"})
    assert said(read(taken, medicine), "Medication/m carries a mark that changes its meaning")
    within = taken | {"medicationReference": {"reference": "#m"}, "contained": [medicine]}
    assert said(read(within), "holds a Medication (“sertraline”) with a mark that changes its meaning")


def test_a_record_that_was_made_for_a_test_says_so() -> None:
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    assert said(read(patient=PATIENT | {"meta": {"tag": [tag]}}), "is marked as test data")


# ---- what stands beside a value ------------------------------------------------------------------------------
def test_a_note_beside_a_weight_is_read_by_a_person() -> None:
    reading = read(WEIGHT | {"note": [{"text": "value is in pounds"}]})
    assert said(reading, "carries the note “value is in pounds”")


def test_a_weight_of_a_part_of_the_body_is_not_used() -> None:
    reading = read(WEIGHT | {"bodySite": {"text": "Left leg"}})
    assert relied_on(reading.facts) == ()
    assert said(reading, "is of a part of the body (Left leg)")


@pytest.mark.parametrize("code", ["HH", "LL", "AA"])
def test_a_result_that_its_laboratory_calls_critical_is_said_whatever_it_is_of(code: str) -> None:
    mark = concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", code)
    potassium = observation(
        "2823-3",
        code=concept(LOINC, "2823-3", "Potassium"),
        valueQuantity=quantity(2.1, "mmol/L"),
        interpretation=[mark],
    )
    assert said(read(potassium), f"“Potassium” is marked as critical ({code})")


# ---- one value that says two things ----------------------------------------------------------------------------
ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "error"}
TEST_DATA = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"valueString": "50 kg"}, "is sent as “70 kg” and “50 kg”"),
        ({"code": WEIGHT["code"] | {"text": "Birth weight / dry weight goal"}}, "is called “Birth weight"),
        ({"interpretation": [{"text": "scale not calibrated, invalid"}]}, "“scale not calibrated, invalid”"),
        ({"valueQuantity": quantity(70, "kg") | {"extension": [ABSENT]}}, "said to be absent"),
        ({"meta": TEST_DATA}, "is marked as test data"),
    ],
)
def test_a_weight_that_says_two_things_carries_no_dose(more: dict, sentence: str) -> None:
    reading = read(WEIGHT | more)
    assert relied_on(reading.facts) == ()
    assert said(reading, sentence)


def test_what_is_written_beside_a_weight_in_an_extension_is_said() -> None:
    reading = read(WEIGHT | {"extension": extension("comment", valueString="weighed is Sam, not Ana")})
    assert said(reading, "carries the note “weighed is Sam, not Ana”")


def test_of_two_dates_the_earlier_counts_and_both_are_said() -> None:
    reading = read(WEIGHT | {"effectiveInstant": "2025-10-01T09:00:00Z"})
    (weight,) = reading.facts.measurements
    assert str(weight.taken) == "2025-10-01"
    assert said(reading, "is dated twice: “2026-03-01T09:30:00-05:00” and “2025-10-01T09:00:00Z”")


@pytest.mark.parametrize(("word", "used"), [("positive", True), ("negative", False)])
def test_of_a_result_with_two_values_only_one_that_closes_counts(word: str, used: bool) -> None:
    made = observation("2106-3", valueCodeableConcept={"text": word}, valueString="see comment")
    reading = read(made)
    assert bool(reading.facts.answers) is used
    assert said(reading, f"“{word}” and “see comment”")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {"name": [{"text": "Sam Other", "family": "Ensayo", "given": ["Ana"]}]},
            "called “Sam Other” and, in parts",
        ),
        ({"name": []}, "no name that can be read"),
        ({"name": [{"use": "anonymous", "text": "Patient 17"}]}, "only “Patient 17”, which is no name"),
        ({"name": [{"text": "\u200b\u200d"}]}, "no name that can be read"),
        (
            {"identifier": [{"system": "https://x.example/mrn", "value": f"EX-{n}231"} for n in (1, 7)]},
            "2 numbers of one kind (EX-1231",
        ),
    ],
)
def test_a_person_who_is_not_told_for_certain_is_said(more: dict, sentence: str) -> None:
    assert said(read(WEIGHT, patient=PATIENT | more), sentence)
    assert read(WEIGHT).facts.unreadable == ()


def test_a_condition_that_is_active_and_ended_is_said() -> None:
    made = condition({"text": "Depression"}, abatementDateTime="2026-01-01")
    assert said(read(made), "as active and as having ended")
    assert not said(
        read(condition({"text": "Depression"}, "resolved", abatementDateTime="2026-01-01")), "having ended"
    )


@pytest.mark.parametrize(
    ("code", "used"), [("http://loinc.org|29463-7", False), ("29463-7", False), ("8302-2", True)]
)
def test_an_observation_that_a_conditional_deletion_may_mean_is_not_used(code: str, used: bool) -> None:
    deletion = {"request": {"method": "DELETE", "url": f"Observation?code={code}"}}
    sent = [{"resource": PATIENT}, {"resource": WEIGHT}, deletion]
    assert bool(relied_on(read(type="transaction", entry=sent).facts)) is used


def test_sentences_name_what_they_are_about_once_and_in_plain_words() -> None:
    saturation = observation("59408-5", valueQuantity=quantity(0.85, "1"))
    assert said(read(saturation), "it was sent as a plain number, and nothing says whether it is in %")
    listed_only = {"resourceType": "List", "id": "l", "status": "current", "mode": "working", "subject": ME}
    (sentence,) = read(listed_only).facts.unreadable
    assert sentence.count("List/l") == 1
    assert "“Problems”" in read(listed_only | {"title": "Problems"}).facts.unreadable[0]
    within = condition({"text": "Depression"}, contained=[WEIGHT])
    assert said(read(within), "holds an Observation inside")


# ---- words, codes and instants -------------------------------------------------------------------------------
def test_an_unknown_code_whose_words_name_a_fact_is_looked_at() -> None:
    made = observation("1-1", valueString="positive")
    made["code"] = {"coding": [{"system": "urn:own", "code": "HCGU"}], "text": "Urine pregnancy test"}
    assert said(read(made), "may be about pregnancy test")
    made["code"]["text"] = "Haemoglobin"
    assert not said(read(made), "may be about")


@pytest.mark.parametrize(
    ("code", "value", "answer"),
    [
        ("82810-3", {"valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA15173-0"}]}}, "positive"),
        ("82810-3", {"valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA26683-5"}]}}, None),
        ("21198-7", {"valueQuantity": quantity(1800, "m[IU]/mL")}, "positive"),
        ("21198-7", {"valueQuantity": quantity(2, "[IU]/L")}, "negative"),
        ("21198-7", {"valueQuantity": quantity(2, "[IU]/L", comparator=">")}, None),
        ("12327-3", {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260373001"}]}}, "ketamine positive"),
        ("19359-9", {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260415000"}]}}, None),
    ],
)  # fmt: skip
def test_neighbouring_codes_of_a_fact(code: str, value: dict, answer: str | None) -> None:
    answers = read(observation(code, **value)).facts.answers
    assert [a.value for a in answers] == ([answer] if answer else [])


def test_two_statements_are_both_said_and_the_one_that_closes_counts() -> None:
    made = observation(
        "2106-3",
        valueCodeableConcept={"coding": [{"system": "http://loinc.org", "code": "LA6577-6"}]},
        interpretation=[{"coding": [{"code": "POS"}]}],
    )
    reading = read(made)
    assert [a.value for a in reading.facts.answers] == ["positive"]
    assert said(reading, "“negative” and “positive”")


@pytest.mark.parametrize(("word", "code"), [("lb", "kg"), ("kg", "[lb_av]"), ("pounds", "kg"), ("g", "kg")])
def test_a_unit_s_word_against_its_code_is_not_used(word: str, code: str) -> None:
    reading = read(observation("29463-7", valueQuantity=quantity(154, code, word)))
    assert relied_on(reading.facts) == ()
    assert said(reading, f"is in {word} by its word and in {code} by its code")


@pytest.mark.parametrize(
    ("word", "code"), [("kg", "kg"), ("Kilograms", "kg"), ("lbs", "[lb_av]"), ("キログラム", "kg")]
)
def test_a_unit_s_word_that_agrees_is_no_matter(word: str, code: str) -> None:
    assert len(read(observation("29463-7", valueQuantity=quantity(154, code, word))).facts.measurements) == 1


EVENING = observation("29463-7", valueQuantity=quantity(70, "kg"), effectiveDateTime="2026-03-03T01:30:00Z")


@pytest.mark.parametrize(
    ("zone", "day", "minute"),
    [(None, 3, "01:30"), ("America/New_York", 2, "20:30"), ("UTC", 3, "01:30"), ("Asia/Tokyo", 3, "10:30")],
)
def test_an_instant_is_put_on_its_day_in_the_clinic_s_zone(zone: str | None, day: int, minute: str) -> None:
    made = json.dumps(entries({"resource": EVENING})).encode()
    (taken,) = read_bundle(parse(made), as_of=AS_OF, zone=ZoneInfo(zone) if zone else None).facts.measurements
    assert (taken.taken, taken.minute) == (date(2026, 3, day), minute)
    assert taken.at is not None
    assert taken.at.timestamp() == 1772501400


def test_a_number_between_negative_and_positive_is_said_once() -> None:
    reading = read(observation("21198-7", valueQuantity=quantity(20, "m[IU]/mL")))
    assert reading.facts.answers == ()
    assert [s for s in reading.facts.unreadable if "egnancy" in s] == [
        "Observation/o1: the Pregnancy test '20 m[IU]/mL' is neither clearly negative nor positive. Repeat it."
    ]
