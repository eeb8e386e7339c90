"""What a record says in places that no mapper reads: words, reasons, extensions, parts inside."""

from __future__ import annotations

import pytest

from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    ANEURYSM,
    LOINC,
    ME,
    PATIENT,
    PRESSURE,
    SNOMED,
    WEIGHT,
    concept,
    condition,
    entry,
    extension,
    observation,
    quantity,
    read,
    said,
)

# ---- reasons of what is not read -----------------------------------------------------------------------------
VISIT = {"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": ME}
BLED = {"text": "Ruptured cerebral aneurysm"}


@pytest.mark.parametrize(
    "visit",
    [
        VISIT | {"reasonCode": [BLED]},
        VISIT | {"reason": [BLED]},
        VISIT | {"diagnosis": [{"condition": {"reference": "Condition/9", "display": BLED["text"]}}]},
        VISIT | {"resourceType": "Claim", "diagnosis": [{"diagnosisCodeableConcept": BLED}]},
    ],
)
def test_a_diagnosis_that_is_only_the_reason_of_a_visit_is_said(visit: dict) -> None:
    reading = read(visit)
    assert said(reading, "“Ruptured cerebral aneurysm”, and no diagnosis of the record does")
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


@pytest.mark.parametrize(
    ("visit", "more"),
    [
        (VISIT | {"reasonCode": [BLED]}, [ANEURYSM]),
        (VISIT | {"reasonCode": [{"text": "Sore throat"}], "reason": "as asked"}, []),
        (VISIT | {"reasonCode": [BLED], "subject": {"reference": "RelatedPerson/child"}}, []),
    ],
)
def test_a_reason_that_says_nothing_new_about_this_person_is_no_remark(visit: dict, more: list) -> None:
    assert not said(read(visit, *more), "no diagnosis of the record does")


# ---- places that no mapper reads -----------------------------------------------------------------------------
ILL = concept("http://snomed.info/sct", "58214004", "Schizophrenia")


@pytest.mark.parametrize(
    "made",
    [
        {"resourceType": "Encounter", "reason": [{"value": [{"concept": ILL}]}]},
        {"resourceType": "Encounter", "diagnosis": [{"condition": [{"concept": ILL}]}]},
        {"resourceType": "Encounter", "type": [{"text": "Admission, acute psychosis"}]},
        {"resourceType": "EpisodeOfCare", "diagnosis": [{"condition": {"display": "Porphyria"}}]},
        {"resourceType": "Goal", "addresses": [{"display": "Cerebral aneurysm"}]},
        {"resourceType": "Immunization", "statusReason": {"text": "Pregnant"}},
        {"resourceType": "Account", "description": "Prenatal care"},
        condition({"text": "Asthma"}, note=[{"text": "seen with an aortic aneurysm"}]),
        condition({"text": "Asthma"}, stage=[{"summary": {"text": "with psychosis"}}]),
        condition({"text": "Asthma"}, evidence=[{"code": [ILL]}]),
        condition({"text": "Asthma"}, extension=[{"url": "http://x/dueTo", "valueCodeableConcept": ILL}]),
        condition(
            {"text": "Asthma"}, text={"status": "additional", "div": "<div>Porphyria, <b>acute</b></div>"}
        ),
    ],
)
def test_a_contraindication_in_a_place_that_nobody_reads_is_said(made: dict) -> None:
    reading = read({"id": "k1", "subject": ME} | made)
    assert said(reading, "and no diagnosis of the record does")


@pytest.mark.parametrize(
    "made",
    [
        {"resourceType": "Encounter", "reasonCode": [{"text": "Rule-out visit. No aneurysm"}]},
        {"resourceType": "Encounter", "participant": [{"individual": {"display": "Dr. Mania"}}]},
        {"resourceType": "Provenance", "reason": [{"text": "psychosis audit"}]},
        condition({"text": "Asthma"}, note=[{"text": "denies psychosis"}]),
        condition({"text": "Asthma"}, asserter={"display": "Aneurysm clinic"}),
        condition(
            {"text": "Aneurysm"},
            "resolved",
            verificationStatus={"text": "refuted"},
            note=[{"text": "porphyria"}],
        ),
        observation(
            "718-7", valueQuantity=quantity(13, "g/dL"), referenceRange=[{"text": "pregnant women: 11"}]
        ),
    ],
)
def test_a_denial_a_name_and_a_range_are_not(made: dict) -> None:
    assert not said(read({"id": "k1", "subject": ME} | made), "no diagnosis of the record does")


@pytest.mark.parametrize(
    "more",
    [
        {"doNotPerform": True},
        {"status": "stopped", "statusReason": {"text": "anaphylaxis"}},
        {"status": "stopped", "note": [{"text": "laryngospasm after the second dose"}]},
    ],
)
def test_a_reaction_to_ketamine_beside_its_order_is_said(more: dict) -> None:
    made = {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "subject": ME,
        "status": "active",
        "intent": "order",
    }
    for text, expected in (("Ketalar", True), ("Sertraline", False)):
        reading = read(made | {"medicationCodeableConcept": {"text": text}} | more)
        assert said(reading, "and no diagnosis of the record") is expected


def test_a_table_of_contents_that_names_what_was_not_sent_is_said() -> None:
    there, gone = {"reference": "Condition/c1"}, {"reference": "Condition/c7"}
    for listed, expected in (([there], False), ([there, gone], True)):
        inner = {"title": "Problems", "entry": listed}
        whole = {"resourceType": "Composition", "id": "k1", "subject": ME, "section": [{"section": [inner]}]}
        reading = read(whole, condition({"text": "Asthma"}))
        assert said(reading, "lists what is not in the file: Condition/c7") is expected


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


def test_voices_in_a_note_of_a_diagnosis_are_said() -> None:
    note = [{"text": "hears command voices since January"}]
    reading = read(condition({"text": "Major depressive disorder"}) | {"note": note})
    assert said(reading, "hears command voices since January")


# ---- treatments elsewhere, families, narratives, values of an operation ----------------------------------------------
TEAM = {"resourceType": "CareTeam", "id": "t1", "status": "active", "subject": ME}
MEETING = {"resourceType": "Appointment", "id": "a1", "status": "booked"}


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (TEAM | {"name": "Hospice care team"}, "names “Hospice care team”"),
        (TEAM | {"category": [{"text": "Addiction service"}]}, "in care now (“Addiction service”)"),
        (TEAM | {"participant": [{"role": [{"text": "Hospice nurse"}]}]}, "names “Hospice nurse”"),
        (TEAM | {"participant": [{"role": [{"text": "Early psychosis nurse"}]}]}, "names “Early psychosis nurse”"),
        (MEETING | {"serviceType": [{"text": "ECT"}]}, "names “ECT”. Ask when that is or was"),
        (MEETING | {"description": "Alcohol detox"}, "names “Alcohol detox”"),
        (VISIT | {"type": [{"text": "Ketamine infusion"}]}, "names “Ketamine infusion”"),
        (entry("Basic", code={"text": "Weight 92 kg"}), "anything that has no type of its own could stand there: “Weight 92 kg”"),
    ],
)  # fmt: skip
def test_what_a_team_an_appointment_or_a_basic_tells_is_said(made: dict, words: str) -> None:
    assert said(read(made), words)


@pytest.mark.parametrize(
    "made",
    [
        TEAM | {"name": "Primary care"},
        TEAM | {"name": "Hospice care team", "status": "proposed"},
        MEETING | {"description": "Dentist"},
        MEETING | {"description": "ECT", "status": "cancelled"},
        entry("Basic", code=concept("http://terminology.hl7.org/CodeSystem/basic-resource-type", "account")),
    ],
)
def test_a_team_or_an_appointment_that_says_nothing_is_no_remark(made: dict) -> None:
    assert read(made).report.settled


def relative(**more: object) -> dict:
    return {
        "resourceType": "FamilyMemberHistory",
        "id": "f1",
        "patient": ME,
        "relationship": {"text": "mother"},
    } | more


def test_an_illness_of_the_family_is_said_as_a_relative_s() -> None:
    reading = read(relative(condition=[{"code": {"text": "Schizophrenia"}}]))
    assert reading.facts.problems == ()
    assert said(reading, "is about a relative of this person (mother): “Schizophrenia”. Ask about it")
    assert reading.report.counts[Ending.SOMEBODY_ELSE] == 1
    assert read(relative(condition=[{"code": {"text": "Diabetes"}}])).report.settled
    assert said(read(relative()), "psychosis, mania or porphyria in the family could stand there")


def document(**section: object) -> dict:
    return {
        "resourceType": "Composition",
        "id": "d1",
        "subject": ME,
        "title": "Summary",
        "section": [section],
    }


def test_the_words_of_a_document_that_say_more_than_its_entries_are_said() -> None:
    listed = {"title": "Problems", "entry": [{"reference": "Condition/c1"}]}
    words = {"div": "<div><li>Asthma</li><li>Cerebral aneurysm, coiled</li></div>"}
    told = read(document(**listed, text=words), condition({"text": "Asthma"}))
    assert said(
        told, "the words of the section “Problems” may tell of what no diagnosis of the record does (Aneurysm"
    )
    known = read(document(**listed, text=words), ANEURYSM)
    assert not said(known, "the words of the section")
    assert said(read(document() | {"title": "After a suicide attempt"}), "thoughts of suicide")


def test_a_value_of_an_operation_is_looked_through() -> None:
    def told(**value: object) -> dict:
        return {"resourceType": "Parameters", "parameter": [{"name": "note", **value}]}

    assert said(read(told(valueString="cerebral aneurysm")), "names “cerebral aneurysm”")
    assert read(told(valueString="as asked"), told(valueBoolean=False)).report.settled


@pytest.mark.parametrize(
    "address",
    ["Observation?category=vital-signs", "Patient/p1/$everything?_type=Observation", "x?start=2026-01-01"],
)
def test_a_search_for_a_part_is_said(address: str) -> None:
    assert said(
        read(link=[{"relation": "self", "url": f"https://h.example/{address}"}]), "only asked for a part"
    )


def test_an_ingredient_without_a_code_is_one_of_the_medicine() -> None:
    made = entry(
        "MedicationRequest",
        status="active",
        intent="order",
        medicationReference={"reference": "#m"},
        contained=[
            {"resourceType": "Medication", "id": "m", "code": {"text": "sertraline"}, "ingredient": [{"itemCodeableConcept": {"text": "theophylline"}}, {"itemReference": {"reference": "#s"}}]},
            {"resourceType": "Substance", "id": "s", "code": {"text": "tramadol"}},
        ],
    )  # fmt: skip
    (taken,) = read(made).facts.medications
    assert {c.display for c in taken.codings} == {"theophylline", "tramadol"}


# ---- groups, messages, visits by their words, forms beside their answers ---------------------------------------------
@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"resourceType": "Group", "id": "g1", "name": "Suicide watch"}, "names “Suicide watch”"),
        ({"resourceType": "MessageHeader", "id": "m1", "reason": {"text": "Patient died"}}, "has died"),
        (VISIT | {"status": "in-progress", "class": {"display": "inpatient encounter"}}, "in a hospital now"),
        (VISIT | {"status": "unknown", "class": {"code": "IMP"}, "period": {"start": "2026-02-28"}}, "in a hospital now"),
        (entry("DiagnosticReport", code={"text": "MRI"}, conclusion="7 mm aneurysm"), "“MRI”: “7 mm aneurysm”"),
        ({"resourceType": "RelatedPerson", "id": "r1", "patient": ME, "extension": extension("note", valueString="he spoke of suicide")}, "do a suicide triage today"),
        (entry("QuestionnaireResponse", status="completed", extension=extension("note", valueString="known aneurysm")), "“known aneurysm” beside its answers"),
        (entry("QuestionnaireResponse", status="completed", text={"div": "<div>I want to die</div>"}), "“I want to die” beside its answers"),
        (entry("QuestionnaireResponse", status="completed", item=[{"linkId": "1", "text": "Do you think of suicide?"}]), "was asked and is not answered"),
    ],
)  # fmt: skip
def test_what_stands_where_nobody_looks_is_said(made: dict, words: str) -> None:
    assert said(read(made), words)


@pytest.mark.parametrize(
    "made",
    [
        {"resourceType": "Group", "id": "g1", "name": "Panel of Dr X"},
        VISIT | {"status": "finished", "class": {"display": "inpatient encounter"}},
        VISIT | {"status": "unknown", "class": {"code": "IMP"}, "period": {"start": "2026-01-01", "end": "2026-01-03"}},
        {"resourceType": "RelatedPerson", "id": "r1", "patient": ME, "extension": extension("note", valueString="has asthma")},
    ],
)  # fmt: skip
def test_the_same_places_without_such_words_are_no_remark(made: dict) -> None:
    assert read(made).report.settled


def test_a_medicine_that_only_words_name_is_asked_about() -> None:
    def note(text: str) -> dict:
        return VISIT | {"text": {"div": f"<div>{text}</div>"}}

    words = "names a medicine only in its words: “on selegiline patch”"
    listed = entry("MedicationStatement", status="active", medicationCodeableConcept={"text": "selegiline"})
    assert said(read(note("on selegiline patch")), words)
    assert not said(read(note("on selegiline patch"), listed), words)
    assert read(note("no selegiline, takes vitamin D")).report.settled
