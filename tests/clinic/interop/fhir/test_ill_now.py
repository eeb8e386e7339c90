"""What a record says of how somebody is now: goals, care under way, harm of undetermined intent, abnormal signs, death."""

from __future__ import annotations

import pytest

from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.recorded_risk import recorded_risks
from tests.clinic.interop.fhir.bundles import (
    AS_OF,
    LOINC,
    SNOMED,
    concept,
    condition,
    entry,
    observation,
    quantity,
    read,
    said,
)

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
WHO = "http://hl7.org/fhir/sid/icd-10"
TRIAGE = "do a suicide triage today"


def goal(text: str) -> dict:
    return entry("Goal", lifecycleStatus="active", description={"text": text})


# ---- goals ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["Will remain free of suicidal ideation", "No self-harm for 3 months"])
def test_a_goal_of_no_such_thoughts_says_that_there_were_some(text: str) -> None:
    assert said(read(goal(text)), TRIAGE)


@pytest.mark.parametrize(
    "text",
    [
        "Complete detox from alcohol", "Maintain sobriety", "Quit drinking", "Stay abstinent from cocaine", "No alcohol abstinence yet",
        "Trying to conceive", "IVF cycle in April", "Alkoholentzug im Juni",
    ],
)  # fmt: skip
def test_what_a_goal_names_without_a_diagnosis_is_asked_about(text: str) -> None:
    assert said(read(goal(text)), f"names “{text}”, and no diagnosis of the record does. Ask about it.")


@pytest.mark.parametrize("text", ["Lose 5 kg", "Walk 30 minutes a day", "Abstinence from smoking"])
def test_an_everyday_goal_is_none(text: str) -> None:
    assert read(goal(text)).facts.unreadable == ()


def test_a_treatment_whose_illness_is_a_diagnosis_is_not_said_again() -> None:
    known = condition(concept(ICD, "F10.20", "Alcohol dependence"))
    assert not said(read(known, goal("Complete detox from alcohol")), "Goal/x")


@pytest.mark.parametrize(
    ("kind", "more", "asked"),
    [
        ("Flag", {"status": "active", "code": {"text": "Suicide risk"}}, True),
        ("RiskAssessment", {"prediction": [{"outcome": {"text": "Suicidal ideation"}}]}, True),
        ("Communication", {"payload": [{"contentString": "Says she wants to die"}]}, True),
        ("Flag", {"status": "active", "code": {"text": "Fall risk"}}, False),
        ("Flag", {"status": "active", "code": {"text": "Denies suicidal ideation"}}, False),
        ("FamilyMemberHistory", {"condition": [{"code": {"text": "Suicide"}}]}, False),
    ],
)
def test_a_risk_in_an_entry_that_nobody_reads_asks_for_a_triage(kind: str, more: dict, asked: bool) -> None:
    assert said(read(entry(kind, **more)), TRIAGE) is asked


# ---- care under way ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "text", "now"),
    [
        ("active", "Inpatient psychiatric episode", True),
        ("onhold", "Psychiatric crisis team", True),
        ("finished", "Inpatient psychiatric episode", False),
        ("planned", "Inpatient psychiatric episode", False),
        ("active", "Home care", False),
    ],
)
def test_an_episode_of_care_that_is_under_way_is_said(status: str, text: str, now: bool) -> None:
    made = entry("EpisodeOfCare", status=status, type=[{"text": text}])
    assert said(read(made), f"the person is in care now (“{text}”). Ask who treats") is now


# ---- harm of undetermined intent -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD, "T39.1X4A"), (ICD, "T50.904D"), (ICD, "T58.04XA"), (ICD, "T71.164A"), (ICD, "Y21"), (WHO, "Y10"), (WHO, "Y19.2"),
        (WHO, "Y34"), (WHO, "Y87.2"), (WHO, "X60"), (WHO, "X64.1"), (WHO, "X70"), (WHO, "X84"), (WHO, "Y87.0"),
    ],
)  # fmt: skip
def test_harm_by_oneself_or_of_undetermined_intent_is_a_recorded_risk(system: str, code: str) -> None:
    facts = read(condition(concept(system, code))).facts
    assert len(recorded_risks(facts, as_of=AS_OF)) == 1
    visit = entry("Encounter", status="finished", reasonCode=[concept(system, code)])
    assert said(read(visit), TRIAGE)


@pytest.mark.parametrize(
    ("text", "risks"),
    [
        ("Paracetamol overdose", 1),
        ("Drug poisoning, intent undetermined", 1),
        ("No suicide attempt, but an overdose", 1),
        ("Suicide attempt by overdose", 1),
        ("Denies overdose", 0),
        ("Mother: overdose", 0),
    ],
)
def test_an_overdose_in_words_is_one_until_somebody_has_asked(text: str, risks: int) -> None:
    assert len(_risks(read(condition({"text": text})).facts)) == risks


@pytest.mark.parametrize("code", ["T39.1X1A", "T39.1X5A", "Y35", "Y40", "Y90", "X59"])
def test_an_accident_or_an_adverse_effect_is_none(code: str) -> None:
    assert _risks(read(condition(concept(WHO, code))).facts) == ()


def _risks(facts: PatientFacts) -> tuple:
    return recorded_risks(facts, as_of=AS_OF)


# ---- abnormal signs ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "abnormal"),
    [
        (observation("9269-2", valueQuantity=quantity(8, "{score}")), True),
        (observation("9269-2", valueQuantity=quantity(15, "{score}")), False),
        (observation("9269-2", valueQuantity=quantity(8, "{score}"), effectiveDateTime="2019-01-01"), False),
        (observation("9267-6", valueInteger=4), False),
        (observation("9267-6", valueInteger=2), True),
        (observation("x", code={"text": "GCS"}, valueString="12/15"), True),
        (observation("x", code={"text": "Neuro exam"}, valueString="GCS 12/15"), True),
        (observation("x", code={"text": "Glasgow coma score, eye opening"}, valueInteger=4), False),
        (observation("9279-1", valueQuantity=quantity(14, "/min")), False),
        (observation("9279-1", valueQuantity=quantity(32, "/min")), True),
        (observation("x", code={"text": "Resp rate"}, valueQuantity=quantity(6, "/min")), True),
        (observation("8310-5", valueQuantity=quantity(98.6, "[degF]")), False),
        (observation("8310-5", valueQuantity=quantity(103, "[degF]")), True),
        (observation("67775-7", valueCodeableConcept={"text": "Alert"}), False),
        (observation("67775-7", valueCodeableConcept={"text": "Responds to voice"}), True),
        (observation("85353-1", component=[{"code": concept(LOINC, "9279-1"), "valueQuantity": quantity(30, "/min")}]), True),
        (observation("9269-2", valueQuantity=quantity(8, "{score}"), status="entered-in-error"), False),
    ],
)  # fmt: skip
def test_an_abnormal_sign_of_now_is_said(made: dict, abnormal: bool) -> None:
    assert said(read(made), "is not that of a healthy adult. Look at it, and whether it is over.") is abnormal


def test_a_sign_is_said_as_it_was_sent() -> None:
    made = observation("8310-5", valueQuantity=quantity(103, "[degF]", "°F"))
    assert said(read(made), "the body temperature, 103 °F on Sun 1 Mar 2026, is not")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("1742-6", "the ALT '58 U/L' has no coded"),
        ("8480-6", "the systolic blood pressure '58 U/L' has no coded"),
        ("98979-8", "the eGFR '58 U/L' has no coded"),
        ("8867-4", "the heart rate '58 U/L' has no coded"),
    ],
)
def test_a_value_is_called_by_its_own_name(code: str, sentence: str) -> None:
    assert said(read(observation(code, valueQuantity=quantity(58, None, "U/L"))), sentence)


# ---- death ---------------------------------------------------------------------------------------------------
NUBC = "https://www.nubc.org/CodeSystem/PatDischargeStatus"
DIED = "says that the person has died"


@pytest.mark.parametrize(
    ("made", "died"),
    [
        (condition({"text": "Deceased"}), True),
        (condition({"text": "Died 3 Jan 2026"}), True),
        (condition({"text": "Deceased donor kidney"}), False),
        (condition({"text": "Fear of death"}), False),
        (condition(concept(WHO, "I10"), category=[concept(SNOMED, "16100001")]), True),
        (condition(concept(WHO, "I10"), category=[concept(LOINC, "79378-6")]), True),
        (observation("x", code={"text": "Vital status"}, valueCodeableConcept=concept(SNOMED, "419099009")), True),
        (observation("x", code={"text": "Father, vital status"}, valueCodeableConcept=concept(SNOMED, "419099009")), False),
        (entry("Encounter", status="finished", hospitalization={"dischargeDisposition": concept(NUBC, "20")}), True),
        (entry("Encounter", status="finished", hospitalization={"dischargeDisposition": {"text": "Expired"}}), True),
        (entry("Encounter", status="finished", hospitalization={"dischargeDisposition": concept(NUBC, "01")}), False),
    ],
)  # fmt: skip
def test_what_says_that_the_person_has_died_is_said(made: dict, died: bool) -> None:
    assert said(read(made), DIED) is died


# ---- what an extension says ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"valueCodeableConcept": {"text": "3 weeks"}}, True),
        ({"valueCodeableConcept": concept(SNOMED, "373066001")}, True),
        ({"valueCodeableConcept": concept(SNOMED, "373067005")}, False),
        ({"valueCodeableConcept": concept(LOINC, "LA6569-3")}, True),
        ({"valueCodeableConcept": {}}, True),
        ({"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "373066001"}, {"system": SNOMED, "code": "373067005"}]}}, True),
    ],
)  # fmt: skip
def test_an_extension_says_no_only_by_a_plain_no(sent: dict, told: bool) -> None:
    made = observation(
        "x",
        code={"text": "Note"},
        valueString="seen",
        extension=[{"url": "https://x.example/isPregnant"} | sent],
    )
    assert said(read(made), "names “is pregnant") is told
