"""Measurements, totals and results as laboratories and vital-sign feeds send them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tenuto.clinic.interop.fhir import UnusableBundle
from tenuto.core.intake.contraindications import closing, mentioned
from tests.clinic.interop.fhir.bundles import concept, observation, quantity, read, relied_on, said

WEIGHT, SYSTOLIC, DIASTOLIC, ALT, EGFR = "29463-7", "8480-6", "8462-4", "1742-6", "33914-3"


def weight(value: float = 70, code: str | None = "kg", loinc: str = WEIGHT, **more: object) -> dict:
    return observation(loinc, valueQuantity=quantity(value, code, **more))


def test_a_weight_is_read_with_its_date_and_minute() -> None:
    (found,) = read(weight(72.5)).facts.measurements
    assert (found.kind, found.value) == ("weight_kg", Decimal("72.5"))
    assert (found.taken, found.minute) == (date(2026, 3, 1), "09:30")
    assert (found.original, found.estimated, found.origin) == ("", False, "Observation/o1")


@pytest.mark.parametrize(
    ("loinc", "estimated"), [("29463-7", False), ("3141-9", False), ("8335-2", True), ("3142-7", True)]
)
def test_stated_and_estimated_weights_are_marked(loinc: str, estimated: bool) -> None:
    (found,) = read(weight(loinc=loinc)).facts.measurements
    assert found.estimated is estimated


def test_a_coded_pound_weight_is_converted_and_keeps_its_original() -> None:
    (found,) = read(weight(154, "[lb_av]", unit="lbs")).facts.measurements
    assert found.value == Decimal("69.85322498")
    assert found.original == "154 [lb_av]"


def test_grams_are_no_conversion_that_needs_a_second_look() -> None:
    (found,) = read(weight(70500, "g")).facts.measurements
    assert (found.value, found.original) == (Decimal("70.5"), "")


@pytest.mark.parametrize(
    "sent",
    [
        quantity(70, None, "kg"),
        quantity(154, None, "lbs"),
        {"value": 70},
        {"value": 70, "code": "kg"},
        {"value": 70, "code": "kg", "system": "http://clinic.example.org/units"},
        {"value": 70, "unit": "kg", "system": "http://unitsofmeasure.org"},
    ],
)
def test_a_weight_without_a_coded_unit_is_never_used(sent: dict) -> None:
    facts = read(observation(WEIGHT, valueQuantity=sent)).facts
    assert relied_on(facts) == ()
    (sentence,) = facts.unreadable
    assert "has no coded (UCUM) unit; not used" in sentence


@pytest.mark.parametrize("code", ["cm", "lbs", "KG", "[degF]"])
def test_a_weight_in_a_unit_that_is_none_is_listed(code: str) -> None:
    facts = read(weight(70, code)).facts
    assert relied_on(facts) == ()
    assert "was not used" in facts.unreadable[0]


def test_the_ucum_system_is_known_by_oid_too() -> None:
    sent = {"value": 70, "code": "kg", "system": "urn:oid:2.16.840.1.113883.6.8"}
    assert len(read(observation(WEIGHT, valueQuantity=sent)).facts.measurements) == 1


def pressure(**more: object) -> dict:
    parts = [
        {"code": concept("http://loinc.org", SYSTOLIC), "valueQuantity": quantity(128, "mm[Hg]")},
        {"code": concept("http://loinc.org", DIASTOLIC), "valueQuantity": quantity(82, "mm[Hg]")},
    ]
    return observation("85354-9", component=parts, **more)


def test_a_blood_pressure_panel_is_read_through_its_components() -> None:
    facts = read(pressure()).facts
    assert {(m.kind, m.value, m.minute) for m in facts.measurements} == {
        ("systolic_mmhg", Decimal(128), "09:30"),
        ("diastolic_mmhg", Decimal(82), "09:30"),
    }
    assert facts.unreadable == ()


def test_two_readings_of_one_day_stay_two() -> None:
    later = pressure(id="o2", effectiveDateTime="2026-03-01T09:36:00-05:00")
    assert [m.minute for m in read(pressure(), later).facts.measured("systolic_mmhg")] == ["09:36", "09:30"]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_what_was_not_done_or_was_wrong_is_ignored(status: str) -> None:
    facts = read(weight(), observation(ALT, id="o2", status=status, valueQuantity=quantity(30, "U/L"))).facts
    assert [m.kind for m in facts.measurements] == ["weight_kg"]
    assert facts.unreadable == ()


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_a_settled_result_is_used(status: str) -> None:
    facts = read(weight() | {"status": status}).facts
    assert len(facts.measurements) == 1
    assert facts.unreadable == ()


@pytest.mark.parametrize("status", ["preliminary", "unknown", None])
def test_a_result_that_is_not_final_is_used_and_said(status: str | None) -> None:
    facts = read(weight() | {"status": status}).facts
    assert len(facts.measurements) == 1
    assert "not final" in facts.unreadable[0]


def test_no_value_with_a_reason_is_listed() -> None:
    absent = observation(WEIGHT, dataAbsentReason=concept("x", "refused", "Refused"))
    assert "no measured weight was recorded (Refused)" in read(absent).facts.unreadable[0]


@pytest.mark.parametrize("value", [{}, {"valueString": "70 kg"}, {"valueQuantity": {"code": "kg"}}])
def test_a_weight_that_is_no_quantity_is_listed(value: dict) -> None:
    facts = read(observation(WEIGHT, **value)).facts
    assert relied_on(facts) == ()
    assert "was not sent as a number with a unit" in facts.unreadable[0]


def test_a_number_sent_as_text_is_refused() -> None:
    with pytest.raises(UnusableBundle, match=r"valueQuantity\.value must be a number but is text"):
        read(observation(WEIGHT, valueQuantity=quantity(70, "kg") | {"value": "70"}))


@pytest.mark.parametrize(
    ("high", "limit"),
    [
        (quantity(40, "U/L"), Decimal(40)),
        (quantity(40, "[IU]/L"), Decimal(40)),
        ({"value": 40}, Decimal(40)),
        ({"value": 40, "unit": "units/L"}, Decimal(40)),
        ({"value": 40, "unit": "mg"}, None),
        (quantity(40, "mg/dL"), None),
        (quantity(0, "U/L"), None),
    ],
)
def test_the_laboratory_s_upper_limit_is_kept(high: dict, limit: Decimal | None) -> None:
    sent = observation(ALT, valueQuantity=quantity(95, "U/L", "units/L"), referenceRange=[{"high": high}])
    (found,) = read(sent).facts.measurements
    assert (found.kind, found.value, found.reference_high) == ("alt_u_per_l", Decimal(95), limit)


@pytest.mark.parametrize(
    ("loinc", "code", "comparator", "said"),
    [
        (EGFR, "mL/min/{1.73_m2}", ">", False),
        (EGFR, "mL/min/{1.73_m2}", "<", True),
        (ALT, "U/L", "<", False),
        (ALT, "U/L", ">", True),
    ],
)
def test_a_bound_that_hides_the_value_is_said(loinc: str, code: str, comparator: str, said: bool) -> None:
    facts = read(observation(loinc, valueQuantity=quantity(60, code, comparator=comparator))).facts
    assert len(facts.measurements) == 1
    assert bool(facts.unreadable) is said


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(("loinc", "unit"), [(WEIGHT, "kg"), ("8302-2", "cm")])
def test_a_bound_gives_no_weight_and_no_height(loinc: str, unit: str, comparator: str) -> None:
    facts = read(observation(loinc, valueQuantity=quantity(120, unit, comparator=comparator))).facts
    assert relied_on(facts) == ()
    assert any(f"only known as '{comparator}120" in sentence for sentence in facts.unreadable)


@pytest.mark.parametrize("word", ["body mass", "Pfund", "斤", "lb oz", "zz"])
def test_a_unit_s_word_that_nobody_knows_agrees_with_no_code(word: str) -> None:
    facts = read(observation(WEIGHT, valueQuantity=quantity(154, "kg", word))).facts
    assert relied_on(facts) == ()
    assert any(f"in {word} by its word and in kg by its code" in sentence for sentence in facts.unreadable)


@pytest.mark.parametrize(
    ("name", "read_as"), [("Weight (lb)", 0), ("Weight (kg)", 1), ("Weight (dressed)", 1)]
)
def test_a_unit_in_the_name_of_a_weight_is_compared_with_its_code(name: str, read_as: int) -> None:
    made = observation(WEIGHT, valueQuantity=quantity(154, "kg", "kg"))
    made["code"]["text"] = name
    assert len(relied_on(read(made).facts)) == read_as


@pytest.mark.parametrize(
    ("more", "stated"),
    [
        ({"method": {"text": "Self-reported"}}, True),
        ({"method": concept("http://snomed.info/sct", "414135002")}, True),
        ({"note": [{"text": "approx., per pt"}]}, True),
        ({"performer": [{"reference": "https://example.org/fhir/Patient/p1"}]}, True),
        ({"performer": [{"reference": "RelatedPerson/r1"}]}, True),
        ({"performer": [{"reference": "Practitioner/n1"}], "method": {"text": "Standing scale"}}, False),
        ({"note": [{"text": "with shoes"}]}, False),
    ],
)
def test_a_weight_that_was_not_measured_is_known_by_what_stands_beside_it(more: dict, stated: bool) -> None:
    (found,) = read(observation(WEIGHT, valueQuantity=quantity(70, "kg"), **more)).facts.measurements
    assert found.estimated is stated


@pytest.mark.parametrize(
    "text", ["Wrong person, ignore", "ENTERED IN ERROR by night shift", "please disregard"]
)
def test_a_weight_that_a_note_takes_back_is_not_used_and_said(text: str) -> None:
    facts = read(observation(WEIGHT, valueQuantity=quantity(70, "kg"), note=[{"text": text}])).facts
    assert relied_on(facts) == ()
    assert any(text in sentence for sentence in facts.unreadable)


def test_a_pressure_that_a_note_takes_back_still_closes() -> None:
    facts = read(
        observation("8480-6", valueQuantity=quantity(205, "mm[Hg]"), note=[{"text": "wrong patient?"}])
    ).facts
    assert len(facts.measurements) == 1
    assert facts.unreadable


SNOMED = "http://snomed.info/sct"


@pytest.mark.parametrize(
    "told",
    [
        {"code": concept("http://loinc.org", "11450-4"), "valueCodeableConcept": concept(SNOMED, "58214004")},
        {"code": {"text": "Findings"}, "valueString": "Aortic aneurysm, 5 cm"},
        {"code": {"text": "Porphyria"}, "valueBoolean": True},
        {"code": concept(SNOMED, "58214004"), "valueBoolean": True},
        {
            "code": {"text": "Symptoms"},
            "component": [{"code": {"text": "Symptom"}, "valueString": "psychosis"}],
        },
        {
            "code": {"text": "Symptoms"},
            "component": [{"code": {"text": "Mania"}, "valueCodeableConcept": {"text": "Present"}}],
        },
    ],
)
def test_a_condition_that_is_told_as_an_observation_closes_and_opens_nothing(told: dict) -> None:
    (problem,) = read(observation("1-1") | told).facts.problems
    assert mentioned(problem)
    assert problem.certain is False


@pytest.mark.parametrize(
    "told",
    [
        {"code": {"text": "Porphyria"}, "valueBoolean": False},
        {"code": {"text": "Psychosis"}, "valueString": "denies"},
        {"code": {"text": "Aneurysm"}, "valueCodeableConcept": {"text": "Absent"}},
    ],
)
def test_a_condition_that_is_denied_as_an_observation_is_none(told: dict) -> None:
    facts = read(observation("1-1") | told).facts
    assert facts.problems == ()
    assert facts.unreadable == ()


@pytest.mark.parametrize(
    "told",
    [
        {"code": {"text": "Head MRI"}, "valueString": "No aneurysm"},
        {"code": {"text": "Mood"}, "valueString": "cheerful"},
        {"code": {"text": "Smoking"}, "valueCodeableConcept": {"text": "Never smoker"}},
    ],
)
def test_words_that_tell_no_condition_are_none_and_are_shown(told: dict) -> None:
    facts = read(observation("1-1") | told).facts
    assert facts.problems == ()
    (sentence,) = facts.unreadable
    assert sentence.startswith("Recorded and not judged by this program: ")


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (
            {"code": {"text": "Social history"}, "valueString": "takes ketamine at parties"},
            "a contraindication",
        ),
        ({"code": {"text": "Allergies"}, "valueString": "Ketalar"}, "a contraindication"),
        ({"code": {"text": "Aneurysm diameter"}, "valueQuantity": quantity(7, "mm")}, "a contraindication"),
        ({"code": concept("http://loinc.org", "11778-8"), "valueDateTime": "2026-09-01"}, "pregnancy test"),
        (
            {"code": concept("http://loinc.org", "49051-6"), "valueQuantity": quantity(12, "wk")},
            "pregnancy test",
        ),
        ({"code": {"text": "Comment"}, "valueString": "wants to end my life"}, "suicide triage"),
        ({"code": concept("http://loinc.org", "3016-3"), "valueQuantity": quantity(9, "m[IU]/L")}, "TSH"),
    ],
)
def test_an_observation_that_could_matter_is_looked_at(told: dict, what: str) -> None:
    facts = read(observation("1-1") | told).facts
    assert facts.problems == ()
    assert any(f"may be about {what}" in sentence for sentence in facts.unreadable)


def test_a_normal_test_says_nothing() -> None:
    flagged = {"interpretation": [concept("http://terminology.hl7.org/x", "N")]}
    ranged = {"referenceRange": [{"low": {"value": 0.4}, "high": {"value": 4.0}}]}
    for more in (flagged, ranged):
        assert (
            read(observation("3016-3", valueQuantity=quantity(2, "m[IU]/L"), **more)).facts.unreadable == ()
        )


def test_an_illness_among_those_of_the_family_is_the_family_s() -> None:
    told = {"code": {"text": "History of family member diseases"}, "valueString": "Father: schizophrenia"}
    (problem,) = read(observation("1-1") | told).facts.problems
    assert mentioned(problem) == ()
    assert closing(problem)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"valueCodeableConcept": {"text": "Pregnant"}}, "positive"),
        ({"valueString": "currently pregnant"}, "positive"),
        ({"valueBoolean": True}, "positive"),
    ],
)
def test_a_stated_pregnancy_is_read_in_every_form(value: dict, answer: str) -> None:
    (found,) = read(observation("82810-3", **value)).facts.answers
    assert found.value == answer


@pytest.mark.parametrize(
    "value", [{"valueCodeableConcept": {"text": "Possible pregnancy"}}, {"valueString": "8 weeks along"}]
)
def test_a_stated_pregnancy_that_is_not_clear_is_said(value: dict) -> None:
    facts = read(observation("82810-3", **value)).facts
    assert facts.answers == ()
    assert any("no answer that is known here" in sentence for sentence in facts.unreadable)


@pytest.mark.parametrize("loinc", ["3397-7", "59673-4", "8220-6", "3426-4", "19550-3"])
@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Presumptive Positive"},
        {"valueString": "150", "interpretation": [concept("http://terminology.hl7.org/x", "A")]},
        {"valueCodeableConcept": {"text": "Detected"}},
    ],
)
def test_a_drug_screen_that_is_positive_in_any_words_counts(loinc: str, value: dict) -> None:
    (found,) = read(observation(loinc, **value)).facts.answers
    assert found.value == "positive"


@pytest.mark.parametrize("loinc", ["8459-0", "8460-8", "8461-6", "76534-7"])
def test_a_pressure_sitting_standing_and_lying_is_one(loinc: str) -> None:
    (found,) = read(observation(loinc, valueQuantity=quantity(205, "mm[Hg]"))).facts.measurements
    assert (found.kind, found.value) == ("systolic_mmhg", Decimal(205))


@pytest.mark.parametrize(
    ("sent", "latest", "why"),
    [("2026", date(2026, 12, 31), "a year"), ("2026-02", date(2026, 2, 28), "a month")],
)
def test_a_value_without_its_day_opens_nothing(sent: str, latest: date, why: str) -> None:
    for made in (weight(), observation("8867-4", valueQuantity=quantity(68, "/min"))):
        reading = read(made | {"effectiveDateTime": sent})
        (found,) = reading.facts.measurements
        assert (found.taken, found.unclear) == (latest, f"at the latest is dated with {why} only")
        assert said(reading, f"is dated with {why} only; it opens nothing")


def test_a_period_counts_from_its_start_and_no_date_is_no_date() -> None:
    period = weight() | {
        "effectiveDateTime": None,
        "effectivePeriod": {"start": "2026-02-01", "end": "2026-03-01"},
    }
    undated = weight() | {"effectiveDateTime": None}
    assert read(period).facts.measurements[0].taken == date(2026, 2, 1)
    assert read(undated).facts.measurements[0].taken is None


@pytest.mark.parametrize(
    ("loinc", "instrument", "most"),
    [("44261-6", "phq9", 27), ("70274-6", "gad7", 21), ("75626-2", "auditc", 12), ("101698-9", "pcl5", 80)],
)
def test_totals_of_scales_are_read_and_checked_against_their_range(
    loinc: str, instrument: str, most: int
) -> None:
    (as_quantity,) = read(observation(loinc, valueQuantity=quantity(most, "{score}"))).facts.scores
    (as_integer,) = read(observation(loinc, valueInteger=most)).facts.scores
    assert (
        (as_quantity.instrument, as_quantity.value)
        == (instrument, Decimal(most))
        == (instrument, as_integer.value)
    )
    for impossible in (most + 1, -1, 1.5):
        facts = read(observation(loinc, valueQuantity=quantity(impossible, "{score}"))).facts
        assert facts.scores == ()
        assert "not used" in facts.unreadable[0]


def test_a_panel_code_is_not_a_score() -> None:
    assert read(observation("69737-5", valueQuantity=quantity(14, "{score}"))).facts.scores == ()


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        ({"valueCodeableConcept": concept("http://snomed.info/sct", "260385009")}, "negative"),
        ({"valueCodeableConcept": concept("http://loinc.org", "LA6576-8", "Positive")}, "positive"),
        ({"valueCodeableConcept": {"text": "Negative"}}, "negative"),
        ({"valueString": "POSITIVE"}, "positive"),
        (
            {
                "interpretation": [
                    concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "NEG")
                ]
            },
            "negative",
        ),
    ],
)
def test_a_pregnancy_test_is_read_in_every_form(value: dict, read_as: str) -> None:
    (answer,) = read(observation("2106-3", **value)).facts.answers
    assert (answer.fact, answer.value, answer.taken) == ("pregnancy.test", read_as, date(2026, 3, 1))


def test_a_result_without_a_value_is_listed() -> None:
    facts = read(observation("2106-3")).facts
    assert facts.answers == ()
    assert "has no result that can be read" in facts.unreadable[0]


def test_an_observation_that_nobody_asked_for_is_shown_and_no_fact() -> None:
    facts = read(observation("2093-3", valueQuantity=quantity(190, None, "mg/dL"))).facts
    assert facts.measurements == ()
    assert facts.unreadable == (
        "Recorded and not judged by this program: 2093-3: 190 mg/dL (1 Mar 2026). Read these.",
    )


@pytest.mark.parametrize(("value", "answer"), [(5, "negative"), (2, "negative"), (6, None), (30, None)])
def test_a_pregnancy_hormone_below_the_limit_of_the_assay_is_negative(value: int, answer: str | None) -> None:
    found = read(
        observation("21198-7", valueQuantity=quantity(value, "m[IU]/mL", comparator="<"))
    ).facts.answers
    assert [a.value for a in found if a.value == "negative"] == ([answer] if answer else [])
