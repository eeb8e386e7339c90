"""What a record says beside what is read: marks that change a meaning, extensions, notes that take back, words, contained parts."""

from __future__ import annotations

import pytest

from tenuto.clinic.interop.fhir import BundleReading
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    ME,
    PATIENT,
    concept,
    condition,
    item,
    observation,
    quantity,
    read,
    response,
)
from tests.clinic.interop.fhir.test_clinical import consent

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
MARK = {"modifierExtension": [{"url": "https://ehr.example/negated", "valueBoolean": True}]}
WEIGHT = observation("29463-7", valueQuantity=quantity(70, "kg"))
PRESSURE = observation(
    "85354-9",
    component=[
        {"code": concept(LOINC, code), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ],
)


def said(reading: BundleReading, part: str) -> bool:
    return any(part in sentence for sentence in reading.facts.unreadable)


def entry(kind: str, **more: object) -> dict:
    return {"resourceType": kind, "id": "x", "subject": ME} | more


def extension(name: str, **value: object) -> list[dict]:
    return [{"url": f"https://ehr.example/StructureDefinition/{name}", **value}]


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


# ---- a consent that was taken back beside its status ---------------------------------------------------------
@pytest.mark.parametrize(
    "more",
    [
        {"extension": extension("consent-withdrawn", valueBoolean=True)},
        {"extension": extension("revocation-date", valueDateTime="2026-03-01")},
        {"extension": extension("state", valueCode="revoked")},
        {"extension": [{"url": "https://ehr.example/x", "extension": extension("status", valueString="Withdrawn")}]},
        {"provision": {"type": "permit", "extension": extension("isRevoked", valueBoolean=True)}},
        {"_status": {"extension": extension("local-status", valueCode="refused")}},
    ],
)  # fmt: skip
def test_a_consent_that_an_extension_takes_back_is_a_refusal(more: dict) -> None:
    reading = read(consent(**more))
    assert [(c.active, c.refused) for c in reading.facts.consents] == [(False, True)]
    assert said(reading, "which says that it was refused or taken back")


def test_an_extension_that_says_no_or_something_else_leaves_a_consent_as_it_is() -> None:
    for kept in (
        extension("consent-withdrawn", valueBoolean=False),
        extension("language", valueCode="en-US"),
    ):
        reading = read(consent(extension=kept))
        assert [c.active for c in reading.facts.consents] == [True]
        assert reading.facts.unreadable == ()


@pytest.mark.parametrize(
    "more",
    [
        {"extension": extension("withdrawal-instructions", valueString="Call the clinic and say so at any time")},
        {"text": {"status": "additional", "div": "<div>Withdrawn by the patient on 1 March</div>"}},
    ],
)  # fmt: skip
def test_words_about_taking_a_consent_back_are_for_a_person_to_read(more: dict) -> None:
    reading = read(consent(**more))
    assert [c.active for c in reading.facts.consents] == [True]
    assert said(reading, "speaks of a refusal or of taking it back")


def test_a_consent_that_nobody_confirmed_with_the_patient_is_said() -> None:
    assert said(read(consent(verification=[{"verified": False}])), "was not confirmed with the patient")


# ---- taken back by another entry -----------------------------------------------------------------------------
def provenance(target: str, activity: dict | None = None, **more: object) -> dict:
    act = {"activity": activity} if activity else {}
    return {
        "resourceType": "Provenance",
        "id": "v",
        "target": [{"reference": target}],
        **act,
        **more,
    }


@pytest.mark.parametrize(
    "note",
    [
        provenance("Observation/o1", concept("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "NULLIFY")),
        provenance("https://ehr.example/fhir/Observation/o1", {"text": "Entered in error"}),
        provenance("Observation/o1/_history/2", concept("x", "entered-in-error")),
        provenance("Observation/o1", None, reason=[{"text": "wrong patient"}]),
        provenance("Patient/p1", None, entity=[{"role": "removal", "what": {"reference": "Observation/o1"}}]),
        {"resourceType": "AuditEvent", "id": "v", "action": "D", "entity": [{"what": {"reference": "Observation/o1"}}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_what_another_entry_takes_back_is_not_used(note: dict, first: bool) -> None:
    reading = read(*((note, WEIGHT) if first else (WEIGHT, note)))
    assert reading.facts.measurements == ()
    assert reading.report.counts[Ending.TAKEN_BACK] == 1
    assert said(reading, f"{note['resourceType']}/v says that")


@pytest.mark.parametrize(
    "note",
    [
        provenance("Observation/o1", concept("x", "CREATE")),
        provenance("Observation/other", concept("x", "NULLIFY")),
        provenance("Observation/o1/_history/1", concept("x", "NULLIFY")),
    ],
)
def test_what_another_entry_does_not_take_back_is_used(note: dict) -> None:
    assert len(read(WEIGHT | {"meta": {"versionId": "2"}}, note).facts.measurements) == 1


# ---- words in a place that nobody reads ----------------------------------------------------------------------
@pytest.mark.parametrize(
    "made",
    [
        observation("99999-1", valueString="Wants to die. Feels hopeless."),
        observation("99999-1", component=[{"code": {"text": "Comment"}, "valueString": "active SI"}]),
        observation("99999-1", valueCodeableConcept={"text": "thoughts of killing himself"}),
        WEIGHT | {"note": [{"text": "Tearful; says she wants to end her life"}]},
        entry("Goal", lifecycleStatus="active", description={"text": "No suicidal thoughts by June"}),
        entry("Encounter", status="finished", reasonCode=[{"text": "life is not worth living, she says"}]),
        entry("Immunization", patient=ME, note=[{"text": "said he would kill himself"}]),
    ],
)
def test_a_word_of_suicide_is_said_wherever_it_stands(made: dict) -> None:
    assert read(made).facts.unreadable


@pytest.mark.parametrize(
    "made",
    [
        WEIGHT | {"code": concept(LOINC, "29463-7"), "category": [{"text": "Vital signs"}]},
        entry("Encounter", status="finished", reasonCode=[{"text": "Denies suicidal ideation"}]),
        entry("Encounter", status="finished", reasonCode=[{"text": "Follow-up, sí"}]),
    ],
)
def test_a_denial_in_a_visit_is_not(made: dict) -> None:
    assert read(made).facts.unreadable == ()


@pytest.mark.parametrize(
    "made",
    [
        condition(
            concept("http://hl7.org/fhir/sid/icd-10-cm", "I10"), stage=[{"summary": {"text": "200/120"}}]
        ),
        condition(
            concept("http://hl7.org/fhir/sid/icd-10-cm", "I10"), note=[{"text": "BP 200 / 120 at home"}]
        ),
        PRESSURE | {"note": [{"text": "repeat 200/120, manual cuff"}]},
        PRESSURE
        | {
            "text": {"status": "generated", "div": "<div>Blood pressure 120/80 mmHg, then 200/120 mmHg</div>"}
        },
        observation("99999-1", valueString="BP 200/120, HR 88"),
        observation("99999-1", valueString="200/120 mmHg"),
    ],
)
def test_a_blood_pressure_in_words_is_said(made: dict) -> None:
    assert said(read(made), "lood pressure")


@pytest.mark.parametrize(
    "made",
    [
        PRESSURE | {"text": {"status": "generated", "div": "<div>Blood pressure 120/80 mmHg</div>"}},
        WEIGHT | {"method": {"text": "12/10 shoes off"}},
        entry("Encounter", status="finished", reasonCode=[{"text": "seen 12/25"}]),
        entry("Encounter", status="finished", reasonCode=[{"text": "fluticasone/salmeterol 250/50"}]),
    ],
)
def test_two_numbers_that_are_no_new_pressure_are_not(made: dict) -> None:
    assert read(made).facts.unreadable == ()


# ---- by the name of an extension -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "part"),
    [
        (extension("isPregnant", valueBoolean=True), "is pregnant: yes"),
        (extension("pregnancy-status", valueCodeableConcept=concept(SNOMED, "373066001")), "pregnancy status"),
        (extension("gravid", valueCode="Y"), "gravid"),
        (extension("deceased", valueBoolean=True), "says that the person has died"),
    ],
)  # fmt: skip
def test_what_an_extension_of_the_person_says_by_its_name_is_said(made: list, part: str) -> None:
    assert said(read(patient=PATIENT | {"extension": made}), part)


def test_an_extension_of_the_person_that_says_no_is_not() -> None:
    no = extension("isPregnant", valueBoolean=False) + extension("deceased", valueBoolean=False)
    assert read(patient=PATIENT | {"extension": no}).facts.unreadable == ()


@pytest.mark.parametrize(
    "made",
    [
        entry(
            "Encounter",
            status="finished",
            hospitalization={
                "dischargeDisposition": concept(
                    "http://terminology.hl7.org/CodeSystem/discharge-disposition", "exp"
                )
            },
        ),
        observation("81956-5", valueDateTime="2026-02-27"),
        condition(concept(SNOMED, "419099009")),
    ],
)
def test_a_death_that_only_another_entry_tells_is_said(made: dict) -> None:
    assert said(read(made), "says that the person has died")


# ---- pregnancy -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "period",
    [
        observation("8665-2", valueDateTime="2026-01-02"),
        observation("x", code=concept(SNOMED, "21840007"), valueDateTime="2026-01-02"),
        observation("x", code={"text": "LMP"}, valueString="missed"),
    ],
)
def test_a_last_period_asks_for_a_test_where_the_record_has_none(period: dict) -> None:
    assert said(read(period | {"id": "lmp"}), "no pregnancy test is in the record")
    test = observation("2106-3", valueCodeableConcept=concept(SNOMED, "260385009"))
    for order in ((period | {"id": "lmp"}, test), (test, period | {"id": "lmp"})):
        assert not said(read(*order), "no pregnancy test is in the record")


# ---- the family of the suicide scale -------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["93305-1", "93294-7", "93254-1", "93303-6", "93486-9", "115566-2"])
def test_any_part_of_the_suicide_scale_under_any_name_is_said(code: str) -> None:
    made = observation(code, code=concept(LOINC, code, "Severity"), valueQuantity=quantity(4, "{score}"))
    assert said(read(made), "may be about Suicide triage")


@pytest.mark.parametrize(
    ("code", "value"),
    [("93255-8", "high"), ("93265-7", "high"), ("93253-3", "suicidal behaviour, ever"), ("93295-4", "plan of suicide with intent, ever")],
)  # fmt: skip
def test_a_yes_to_a_question_of_the_long_form_closes_and_a_no_answers_nothing(code: str, value: str) -> None:
    for made in (observation(code, valueBoolean=True), response(item(f"/{code}", valueBoolean=True))):
        assert [(a.fact, a.value) for a in read(made).facts.answers] == [("suicide.screen", value)]
    for made in (observation(code, valueBoolean=False), response(item(f"/{code}", valueBoolean=False))):
        assert read(made).facts.answers == ()


# ---- parts inside, and parts that nothing names --------------------------------------------------------------
def test_a_substance_inside_an_allergy_that_nothing_refers_to_is_said() -> None:
    inside = {"resourceType": "Substance", "id": "s", "code": {"text": "ketamine"}}
    made = {"resourceType": "AllergyIntolerance", "id": "a", "patient": ME, "code": {"text": "see substance"}}
    assert said(read(made | {"contained": [inside]}), "holds a Substance inside (“ketamine”)")


def test_a_medicine_that_nothing_refers_to_is_said() -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "phenelzine"}}
    assert said(read(medicine), "Medication/m (“phenelzine”) is in the record, and nothing says whose it is")
    taken = entry("MedicationStatement", status="active", medicationReference={"reference": "Medication/m"})
    assert read(taken, medicine).facts.unreadable == ()


def test_why_an_order_of_ketamine_was_stopped_is_said() -> None:
    stopped = entry(
        "MedicationRequest",
        status="stopped",
        intent="order",
        medicationCodeableConcept={"text": "ketamine"},
        statusReason={"text": "Patient became frightened"},
    )
    assert said(read(stopped), "ketamine: Patient became frightened")


# ---- what stands beside a value ------------------------------------------------------------------------------
def test_a_note_beside_a_weight_is_read_by_a_person() -> None:
    reading = read(WEIGHT | {"note": [{"text": "value is in pounds"}]})
    assert said(reading, "carries the note “value is in pounds”")


def test_a_weight_of_a_part_of_the_body_is_not_used() -> None:
    reading = read(WEIGHT | {"bodySite": {"text": "Left leg"}})
    assert reading.facts.measurements == ()
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


# ---- other medicines, scales and findings by name ------------------------------------------------------------
@pytest.mark.parametrize(
    "more",
    [
        {"note": [{"text": "also takes her husband's tranylcypromine"}]},
        {"dosage": [{"text": "at night, with lithium"}]},
    ],
)
def test_another_medicine_in_the_words_of_one_is_said(more: dict) -> None:
    taken = entry("MedicationStatement", status="active", medicationCodeableConcept={"text": "sertraline"})
    assert said(read(taken | more), "names another medicine in its words")


@pytest.mark.parametrize(
    "text", ["Sertraline 50 mg at night", "Avoid alcohol", "Do not take with MAO inhibitors"]
)
def test_its_own_name_and_a_warning_are_not(text: str) -> None:
    taken = entry("MedicationStatement", status="active", medicationCodeableConcept={"text": "sertraline"})
    assert read(taken | {"dosage": [{"text": text}]}).facts.unreadable == ()


@pytest.mark.parametrize("name", ["EPDS item 10", "BDI-II total", "HAM-D 17 total"])
def test_a_scale_with_a_question_about_suicide_that_is_not_read_is_said(name: str) -> None:
    made = observation("x", code={"text": name}, valueInteger=30)
    assert said(read(made), f"(“{name}”) may be about")


def test_a_finding_of_heart_or_brain_is_said_unless_it_is_normal() -> None:
    heart = observation(
        "x", code={"text": "Left ventricular ejection fraction"}, valueQuantity=quantity(18, "%")
    )
    assert said(read(heart), "may be about")
    flag = [concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "N")]
    assert read(heart | {"interpretation": flag}).facts.unreadable == ()


def test_a_note_on_ketamine_counts_where_the_allergy_beside_it_is_refuted() -> None:
    refuted = {"coding": [{"code": "refuted"}]}
    made = {"resourceType": "AllergyIntolerance", "id": "a", "patient": ME, "code": {"text": "penicillin"}}
    made |= {"verificationStatus": refuted, "note": [{"text": "had laryngospasm with ketamine in 2019"}]}
    assert said(read(made), "Ask whether the person reacts to ketamine")


def test_a_weight_that_an_extension_calls_somebody_else_s_is_not_used() -> None:
    made = WEIGHT | {"extension": extension("not-this-patient", valueBoolean=True)}
    assert read(made).facts.measurements == ()


# ---- an overdose, and what was stopped just now ----------------------------------------------------------------
@pytest.mark.parametrize(
    "more",
    [
        {"type": [{"text": "Overdose, intentional"}]},
        {"type": [{"text": "Drug overdose"}]},
        {"reasonCode": [{"text": "Overdose, intentional"}]},
        {"type": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "T42.4X2A"}]}]},
        {"reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "T43.92XD"}]}]},
    ],
)
def test_an_overdose_that_a_visit_names_asks_for_a_triage(more: dict) -> None:
    assert said(read(entry("Encounter", status="finished", **more)), "do a suicide triage today")


@pytest.mark.parametrize("code", ["T42.4X1A", "T42.4X5A", "T20.02XA", "Z76.0"])
def test_a_code_of_another_intent_is_no_self_harm(code: str) -> None:
    coded = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]}
    assert not said(read(entry("Encounter", status="finished", type=[coded])), "triage")


def test_what_a_note_of_a_medicine_says_of_an_overdose_asks_for_a_triage() -> None:
    made = entry(
        "MedicationStatement",
        status="active",
        medicationCodeableConcept={"text": "sertraline"},
        note=[{"text": "took a whole box last night"}],
    )
    assert said(read(made), "do a suicide triage today")


OVER = "acts for up to 14 days"


@pytest.mark.parametrize(
    ("kind", "more", "asked"),
    [
        ("MedicationStatement", {"status": "stopped", "effectivePeriod": {"end": "2026-03-01"}}, True),
        ("MedicationStatement", {"status": "completed", "effectivePeriod": {"end": "2026-02-16"}}, True),
        ("MedicationStatement", {"status": "completed", "effectivePeriod": {"end": "2026-02-15"}}, False),
        ("MedicationStatement", {"status": "stopped"}, True),
        ("MedicationStatement", {"status": "not-taken"}, False),
        ("MedicationStatement", {"status": "entered-in-error"}, False),
        ("MedicationRequest", {"status": "completed", "authoredOn": "2025-01-20"}, False),
        ("MedicationRequest", {"status": "stopped"}, True),
        (
            "MedicationRequest",
            {
                "status": "completed",
                "authoredOn": "2025-12-20",
                "dispenseRequest": {"expectedSupplyDuration": {"value": 90, "unit": "d"}},
            },
            True,
        ),
    ],
)
def test_a_medicine_that_was_stopped_is_asked_for_until_its_washout_has_run(
    kind: str, more: dict, asked: bool
) -> None:
    named = entry(kind, medicationCodeableConcept={"text": "tranylcypromine"}, **more)
    assert said(read(named), OVER) is asked
    harmless = entry(kind, medicationCodeableConcept={"text": "sertraline"}, **more)
    assert not said(read(harmless), OVER)


# ---- forms and records that are called what they are -----------------------------------------------------------
def test_a_form_that_is_not_known_is_named_and_not_another_one() -> None:
    asked = item("10", valueString="Yes, quite often") | {
        "text": "The thought of harming myself has occurred to me"
    }
    (score,) = read(response(asked, questionnaire="https://ehr.example/epds")).facts.scores
    assert score.unclear
    assert score.asked_in == "The form “epds”"


def test_what_stands_beside_a_form_that_was_read_is_quoted() -> None:
    codes = (
        "44250-9",
        "44255-8",
        "44259-0",
        "44254-1",
        "44251-7",
        "44258-2",
        "44252-5",
        "44253-3",
        "44260-8",
    )
    nine = [item(f"/{code}", valueInteger=0) for code in codes]
    calm = item("Comment", valueString="filled in at home")
    reading = read(response(*nine, calm, questionnaire="http://loinc.org/q/44249-1"))
    assert said(reading, "The PHQ-9 itself was read. Beside it stands “Comment”: “filled in at home”")
    assert not any(score.unclear for score in reading.facts.scores)
    grave = item("Comment", valueString="I plan to end it on Friday")
    reading = read(response(*nine, grave, questionnaire="http://loinc.org/q/44249-1"))
    assert any(score.unclear for score in reading.facts.scores)


def test_an_item_with_two_values_is_said_once() -> None:
    two = item("/44260-8", valueInteger=0) | {}
    two["answer"][0]["valueCoding"] = {"system": LOINC, "code": "LA6571-9", "display": "Nearly every day"}
    found = [
        sentence
        for sentence in read(response(two)).facts.unreadable
        if "at once" in sentence or "no value from" in sentence
    ]
    assert len(found) == 1


def test_a_record_that_another_one_replaces_says_so() -> None:
    old = PATIENT | {"active": False, "link": [{"other": {"reference": "Patient/77"}, "type": "replaced-by"}]}
    reading = read(patient=old)
    assert said(reading, "another record replaces this one (Patient/77)")
    assert not said(reading, "marked inactive")


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
    assert reading.facts.measurements == ()
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
    assert bool(read(type="transaction", entry=sent).facts.measurements) is used


def test_sentences_name_what_they_are_about_once_and_in_plain_words() -> None:
    saturation = observation("59408-5", valueQuantity=quantity(0.85, "1"))
    assert said(read(saturation), "it was sent as a plain number, and nothing says whether it is in %")
    listed_only = {"resourceType": "List", "id": "l", "status": "current", "mode": "working", "subject": ME}
    (sentence,) = read(listed_only).facts.unreadable
    assert sentence.count("List/l") == 1
    assert "“Problems”" in read(listed_only | {"title": "Problems"}).facts.unreadable[0]
    within = condition({"text": "Depression"}, contained=[WEIGHT])
    assert said(read(within), "holds an Observation inside")
