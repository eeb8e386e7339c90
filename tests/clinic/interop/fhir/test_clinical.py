"""Conditions, medicines, allergies and consents with the states that real systems give them."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.intake.contraindications import closing, mentioned
from tenuto.core.intake.facts import Coding, ProblemStatus
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import ME, concept, condition, consent, read

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
DEPRESSION = concept(
    "http://hl7.org/fhir/sid/icd-10-cm", "F33.2", "Major depressive disorder, recurrent, severe"
)


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("http://hl7.org/fhir/sid/icd-10-cm", "icd10cm"),
        ("urn:oid:2.16.840.1.113883.6.90", "icd10cm"),
        ("2.16.840.1.113883.6.90", "icd10cm"),
        ("http://snomed.info/sct", "snomed"),
        ("http://snomed.info/sct/731000124108/version/20250901", "snomed"),
        ("https://snomed.info/sct/", "snomed"),
        ("urn:oid:2.16.840.1.113883.6.96", "snomed"),
        ("http://hl7.org/fhir/sid/icd-10", "icd10"),
        ("https://clinic.example.org/codes", "https://clinic.example.org/codes"),
    ],
)
def test_code_systems_are_known_by_address_and_oid(system: str, name: str) -> None:
    (problem,) = read(condition(concept(system, "F33.2"))).facts.problems
    assert problem.codings == (Coding(name, "F33.2"),)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("active", ProblemStatus.ACTIVE),
        ("recurrence", ProblemStatus.ACTIVE),
        ("relapse", ProblemStatus.ACTIVE),
        ("inactive", ProblemStatus.REMISSION),
        ("remission", ProblemStatus.REMISSION),
        ("resolved", ProblemStatus.RESOLVED),
    ],
)
def test_the_clinical_status_is_respected(sent: str, status: ProblemStatus) -> None:
    facts = read(condition(DEPRESSION, sent)).facts
    assert [p.status for p in facts.problems] == [status]
    assert facts.unreadable == ()
    as_older_systems_write = read(condition(DEPRESSION, None, clinicalStatus=sent)).facts
    assert [p.status for p in as_older_systems_write.problems] == [status]


@pytest.mark.parametrize("sent", [None, "unheard-of"])
def test_no_clinical_status_is_active_and_said(sent: str | None) -> None:
    facts = read(condition(DEPRESSION, sent)).facts
    assert facts.problems[0].status is ProblemStatus.ACTIVE
    assert "clinical status" in facts.unreadable[0]


def test_refuted_is_a_recorded_no_and_an_error_is_nothing() -> None:
    refuted = condition(DEPRESSION, verificationStatus=concept(VERIFICATION, "refuted"))
    error = condition(DEPRESSION, verificationStatus=concept(VERIFICATION, "entered-in-error"))
    assert [p.status for p in read(refuted).facts.problems] == [ProblemStatus.REFUTED]
    assert read(error).facts.problems == ()


def test_onset_end_and_severity_are_read_as_late_as_they_can_be() -> None:
    sent = condition(
        DEPRESSION,
        onsetDateTime="2024-02",
        abatementDateTime="2025-07-01T10:00:00Z",
        severity=concept("http://snomed.info/sct", "24484000", "Severe"),
    )
    (problem,) = read(sent).facts.problems
    assert (problem.onset, problem.ended, problem.severity) == (date(2024, 2, 29), date(2025, 7, 1), "severe")
    assert problem.text == "Major depressive disorder, recurrent, severe"
    assert problem.origin == "Condition/c1"


def test_a_condition_that_names_nothing_is_listed() -> None:
    facts = read(condition({})).facts
    assert facts.problems == ()
    assert "Condition/c1 names no condition" in facts.unreadable[0]


def statement(**more: object) -> dict:
    return {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "subject": ME,
        "medicationCodeableConcept": concept(RXNORM, "36437", "sertraline"),
    } | more


def request(**more: object) -> dict:
    return statement(resourceType="MedicationRequest", intent="order") | more


def medicines(*resources: dict) -> list[str]:
    return [m.text for m in read(*resources).facts.medications]


@pytest.mark.parametrize("status", ["active", "intended", "on-hold", "unknown"])
def test_a_statement_that_may_be_taken_counts(status: str) -> None:
    assert medicines(statement(status=status)) == ["sertraline"]


@pytest.mark.parametrize("status", ["intended", "on-hold", "unknown", None])
def test_whether_it_is_taken_is_asked_unless_it_is_active(status: str | None) -> None:
    for sent in (statement(status=status), request(status=status)):
        facts = read(sent).facts
        assert len(facts.medications) == 1
        assert "Ask whether it is." in facts.unreadable[0]
    assert read(statement()).facts.unreadable == read(request()).facts.unreadable == ()


@pytest.mark.parametrize("status", ["completed", "stopped", "not-taken", "entered-in-error"])
def test_a_statement_that_is_over_does_not_count(status: str) -> None:
    assert medicines(statement(status=status)) == []


@pytest.mark.parametrize("status", ["active", "on-hold", "unknown"])
def test_a_current_order_counts(status: str) -> None:
    assert medicines(request(status=status)) == ["sertraline"]


@pytest.mark.parametrize("status", ["completed", "stopped", "cancelled", "entered-in-error"])
def test_an_order_that_is_over_does_not_count(status: str) -> None:
    assert medicines(request(status=status)) == []


@pytest.mark.parametrize("more", [{"status": "draft"}, {"intent": "proposal"}, {"intent": "plan"}])
def test_what_is_no_order_yet_is_listed(more: dict) -> None:
    facts = read(request(**more)).facts
    assert facts.medications == ()
    assert "not an order" in facts.unreadable[0]


def test_an_order_not_to_give_is_no_medicine() -> None:
    assert medicines(request(doNotPerform=True)) == []


def test_dose_and_last_intake_are_read() -> None:
    sent = statement(
        effectivePeriod={"start": "2025-01-01", "end": "2026-02-28"},
        dosage=[
            {"text": "100 mg in the morning"},
            {"doseAndRate": [{"doseQuantity": {"value": 50, "unit": "mg"}}]},
        ],
    )
    (medicine,) = read(sent).facts.medications
    assert medicine.dose == "100 mg in the morning; 50 mg"
    assert medicine.last_taken == date(2026, 2, 28)


@pytest.mark.parametrize(
    "reference", ["#med", "Medication/med", "urn:uuid:med", "https://ehr.example.org/R4/Medication/med"]
)
def test_a_referenced_medicine_is_found_with_its_ingredients(reference: str) -> None:
    drug = {
        "resourceType": "Medication",
        "id": "med",
        "code": {"text": "Theo-24"},
        "ingredient": [{"itemCodeableConcept": concept(RXNORM, "10438", "theophylline")}],
    }
    sent = request(medicationCodeableConcept=None, medicationReference={"reference": reference})
    resources = (sent | {"contained": [drug]},) if reference.startswith("#") else (sent, drug)
    (medicine,) = read(*resources).facts.medications
    assert medicine.text == "Theo-24"
    assert medicine.codings == (Coding("rxnorm", "10438", "theophylline"),)


def test_a_medicine_that_is_not_in_the_bundle_keeps_its_written_name_or_is_listed() -> None:
    named = request(
        medicationCodeableConcept=None, medicationReference={"reference": "Medication/x", "display": "Nardil"}
    )
    unnamed = request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/x"})
    assert medicines(named) == ["Nardil"]
    facts = read(unnamed).facts
    assert facts.medications == ()
    assert "names no medicine" in facts.unreadable[0]


def allergy(**more: object) -> dict:
    return {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": ME,
        "clinicalStatus": concept(
            "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"
        ),
        "code": concept(RXNORM, "6130", "ketamine"),
        "reaction": [{"manifestation": [{"text": "hives"}, {"text": "wheeze"}]}],
    } | more


def test_an_allergy_is_read_with_its_reaction() -> None:
    (found,) = read(allergy()).facts.allergies
    assert (found.text, found.reaction) == ("ketamine", "hives, wheeze")
    assert found.codings == (Coding("rxnorm", "6130", "ketamine"),)


@pytest.mark.parametrize(
    "more",
    [
        {"clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/allergyintolerance", "resolved")},
        {"clinicalStatus": "inactive"},
        {
            "verificationStatus": concept(
                "http://terminology.hl7.org/CodeSystem/allergyintolerance", "refuted"
            )
        },
        {
            "verificationStatus": concept(
                "http://terminology.hl7.org/CodeSystem/allergyintolerance", "entered-in-error"
            )
        },
    ],
)
def test_an_allergy_that_is_over_or_refuted_does_not_count(more: dict) -> None:
    assert read(allergy(**more)).facts.allergies == ()


def test_an_allergy_without_status_counts() -> None:
    assert len(read(allergy(clinicalStatus=None)).facts.allergies) == 1


def test_a_substance_known_only_from_the_reaction_is_read() -> None:
    sent = allergy(code=None, reaction=[{"substance": concept(RXNORM, "6130", "ketamine")}])
    assert [a.text for a in read(sent).facts.allergies] == ["ketamine"]


PENICILLIN = concept(RXNORM, "7980", "penicillin")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("substance", [{"text": "ketamine"}, concept(RXNORM, "6130", "ketamine")])
def test_the_substance_of_every_reaction_counts(place: int, substance: dict) -> None:
    reactions = [{"manifestation": [{"text": "hives"}]} for _ in range(3)]
    reactions[place]["substance"] = substance
    for code in (PENICILLIN, {"text": "No known allergies"}):
        (found,) = read(allergy(code=code, reaction=reactions)).facts.allergies
        assert "ketamine" in [coding.display for coding in found.codings]


def test_a_manifestation_that_speaks_of_ketamine_is_said() -> None:
    told = [
        {"manifestation": [{"text": "hives"}]},
        {"manifestation": [{"text": "laryngospasm after ketamine"}]},
    ]
    assert (
        "Ask whether the person reacts to ketamine"
        in read(allergy(code=PENICILLIN, reaction=told)).facts.unreadable[0]
    )


def test_a_consent_that_says_nothing_of_what_it_is_for_counts_and_is_asked_about() -> None:
    document = {"coding": [{"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}]}
    for category in ([], [document]):
        facts = read(consent(category=category, policyRule=None)).facts
        assert [c.indication for c in facts.consents] == [""]
        assert "Check that it is to ketamine" in facts.unreadable[0]


def test_a_treatment_consent_is_read() -> None:
    (found,) = read(consent()).facts.consents
    assert found.active
    assert found.signed == date(2026, 2, 20)
    assert found.version == "Consent form 3"
    assert found.indication == "depression"


def test_a_consent_to_two_conditions_is_two_and_to_none_named_is_one() -> None:
    both = consent(category=[{"text": "Ketamine for depression"}, {"text": "Ketamine for PTSD"}])
    assert {c.indication for c in read(both).facts.consents} == {"depression", "ptsd"}
    assert [c.indication for c in read(consent(category=[{"text": "Ketamine"}])).facts.consents] == [""]


@pytest.mark.parametrize("scope", ["patient-privacy", "research", "adr"])
def test_a_consent_to_something_else_is_no_consent(scope: str) -> None:
    assert read(consent(scope=concept("x", scope))).facts.consents == ()


def test_a_treatment_consent_that_does_not_name_ketamine_is_no_consent() -> None:
    assert read(consent(category=[{"text": "Appendectomy"}], policyRule=None)).facts.consents == ()
    assert (
        read(
            consent(category=[concept("http://snomed.info/sct", "80146002")], policyRule=None)
        ).facts.consents
        == ()
    )
    coded = consent(category=[], provision={"code": [concept(RXNORM, "6130")]})
    assert len(read(coded).facts.consents) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "rejected"},
        {"status": "inactive"},
        {"provision": {"type": "deny"}},
        {"provision": {"period": {"end": "2026-03-01"}}},
        {"provision": {"period": {"start": "2026-03-03"}}},
    ],
)
def test_a_consent_that_does_not_hold_today_is_kept_as_not_active(more: dict) -> None:
    (found,) = read(consent(**more)).facts.consents
    assert not found.active


def test_a_consent_entered_in_error_is_nothing_and_one_to_ketamine_is_said() -> None:
    reading = read(consent(status="entered-in-error"))
    assert reading.facts.consents == ()
    assert "was entered in error. Check that another one counts." in reading.facts.unreadable[0]
    other = consent(status="entered-in-error", category=[{"text": "Appendectomy"}], policyRule=None)
    assert read(other).facts.unreadable == ()


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"status": "rejected"}, True),
        ({"status": "inactive"}, True),
        ({"provision": {"type": "deny"}}, True),
        ({"provision": {"type": "permit", "provision": [{"type": "deny", "code": [{"text": "Ketamine"}]}]}}, True),
        ({"provision": {"type": "permit", "provision": [{"type": "deny"}]}}, True),
        ({"category": [{"text": "Ketamine infusion refused"}]}, True),
        ({"category": [{"text": "No ketamine"}]}, True),
        ({"scope": concept("x", "adr"), "category": [{"text": "Advance directive: declines ketamine"}]}, True),
        ({"category": [concept("x", "acd", "Living will")], "provision": {"type": "deny", "code": [{"text": "Ketamine"}]}}, True),
        ({"status": "draft"}, False),
        ({"status": "proposed"}, False),
        ({"provision": {"period": {"end": "2026-03-01"}}}, False),
    ],
)  # fmt: skip
def test_a_refusal_is_told_from_a_consent_that_does_not_hold(more: dict, refused: bool) -> None:
    (found,) = read(consent(**more)).facts.consents
    assert (found.active, found.refused) == (False, refused)


def test_an_exception_to_a_consent_that_is_not_of_the_medicine_is_said_and_the_consent_holds() -> None:
    exception = {"type": "deny", "code": [{"text": "Electroconvulsive therapy"}]}
    reading = read(consent(provision={"type": "permit", "provision": [exception]}))
    assert [(c.active, c.refused) for c in reading.facts.consents] == [(True, False)]
    assert "leaves out something that is not read here" in reading.facts.unreadable[0]


def test_an_advance_directive_that_names_ketamine_is_no_consent_and_is_said() -> None:
    reading = read(consent(scope=concept("x", "adr")))
    assert reading.facts.consents == ()
    assert "an advance directive, names ketamine and is no consent to it" in reading.facts.unreadable[0]
    other = read(
        consent(scope=concept("x", "adr"), category=[{"text": "Do not resuscitate"}], policyRule=None)
    )
    assert (other.facts.consents, other.facts.unreadable) == ((), ())


def test_a_refusal_that_does_not_say_of_what_is_said_and_one_of_something_else_is_not() -> None:
    document = [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}], "text": "Patient consent"}]
    general = consent(category=document, policyRule=None, provision={"type": "deny"})
    assert "a refusal that does not say of what" in read(general).facts.unreadable[0]
    near = consent(category=[{"text": "Infusion, off-label"}], policyRule=None, status="rejected")
    assert "a refusal that does not say of what" in read(near).facts.unreadable[0]
    other = consent(category=[{"text": "Appendectomy"}], policyRule=None, status="rejected")
    assert read(other).facts.unreadable == ()


def test_a_refusal_never_looks_older_and_a_consent_never_newer_than_it_is() -> None:
    (refused,) = read(consent(status="rejected", dateTime="2026-02")).facts.consents
    (given,) = read(consent(dateTime="2026-02")).facts.consents
    assert (refused.signed, given.signed) == (date(2026, 2, 28), date(2026, 2, 1))


GERMAN = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"


def german(*letters: str) -> dict:
    extension = [{"url": GERMAN, "valueCoding": {"code": letter}} for letter in letters]
    coding = {"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": "F33.2", "extension": extension}
    return {"coding": [coding]}


@pytest.mark.parametrize(
    ("letters", "status", "certain", "said"),
    [
        ("G", ProblemStatus.ACTIVE, True, False),
        ("V", ProblemStatus.ACTIVE, False, False),
        ("A", ProblemStatus.REFUTED, True, False),
        ("Z", ProblemStatus.RESOLVED, True, False),
        ("", ProblemStatus.ACTIVE, True, False),
        ("Q", ProblemStatus.ACTIVE, False, True),
        ("GA", ProblemStatus.ACTIVE, False, True),
    ],
)
def test_how_sure_a_german_diagnosis_is_stands_beside_its_code(letters, status, certain, said) -> None:
    facts = read(condition(german(*letters))).facts
    assert (facts.problems[0].status, facts.problems[0].certain) == (status, certain)
    assert bool(facts.unreadable) is said


@pytest.mark.parametrize(
    ("code", "problems"),
    [
        (concept("http://hl7.org/fhir/sid/icd-10-cm", "Z00.00", text="Annual physical exam"), 0),
        (concept("http://hl7.org/fhir/sid/icd-10-cm", "Z79.891", text="Long term use of opiates"), 1),
        ({"text": "No known problems"}, 0),
        ({"text": "None of the above fits"}, 1),
    ],
)
def test_the_reason_of_a_visit_and_an_empty_list_are_no_problem(code: dict, problems: int) -> None:
    reading = read(condition(code))
    assert len(reading.facts.problems) == problems
    # A problem that nobody here knows is kept, and a person is told so.
    assert reading.report.settled is (problems == 0)
    assert reading.facts.unreadable == ()


@pytest.mark.parametrize(
    ("code", "allergies"),
    [
        ({"text": "NKDA"}, 0),
        ({"text": "No Known Allergies (NKA)"}, 1),
        ({"text": "No known drug allergies."}, 0),
        (concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", text="NKDA"), 0),
        (concept("http://snomed.info/sct", "91936005", text="NKDA"), 1),
        ({"text": "Ketamine"}, 1),
    ],
)
def test_an_empty_list_in_words_is_no_allergy_unless_a_code_says_otherwise(
    code: dict, allergies: int
) -> None:
    assert len(read(allergy(code=code)).facts.allergies) == allergies


@pytest.mark.parametrize("text", ["No current medications", "none", "Patient denies taking any medications."])
def test_an_empty_list_in_words_is_no_medicine(text: str) -> None:
    assert medicines(statement(medicationCodeableConcept={"text": text})) == []


@pytest.mark.parametrize("status", ["inactive", "resolved"])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ({"text": "Esketamine"}, True),
        (concept("http://fdasis.nlm.nih.gov", "690G0D6V8H"), True),
        ({"text": "Penicillin"}, False),
    ],
)
def test_an_allergy_to_ketamine_that_is_over_is_still_said(code: dict, said: bool, status: str) -> None:
    reading = read(allergy(code=code, clinicalStatus={"coding": [{"code": status}]}))
    assert reading.facts.allergies == ()
    assert any(f"recorded as {status}" in sentence for sentence in reading.facts.unreadable) is said


@pytest.mark.parametrize(
    "more",
    [
        {"note": [{"text": "Also went blue after Ketalar"}]},
        {"reaction": [{"manifestation": [{"text": "Rash"}], "note": [{"text": "given with ketamine"}]}]},
        {"reaction": [{"description": "laryngospasm, кетамин"}]},
    ],
)
def test_a_note_on_an_allergy_is_read_for_ketamine(more: dict) -> None:
    reading = read(allergy(code={"text": "Latex"}, **more))
    assert len(reading.facts.allergies) == 1
    assert any("reacts to ketamine" in sentence for sentence in reading.facts.unreadable)
    assert read(allergy(code={"text": "Latex"}, note=[{"text": "swelling"}])).facts.unreadable == ()


ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
IPS = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


@pytest.mark.parametrize(
    ("code", "ending", "sentence"),
    [
        (concept(ABSENT, "masked"), Ending.WITHHELD, "is kept back"),
        (
            {"extension": [{"url": "http://x/data-absent-reason", "valueCode": "masked"}]},
            Ending.WITHHELD,
            "is kept back",
        ),
        (
            concept("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "MSK"),
            Ending.WITHHELD,
            "is kept back",
        ),
        (concept(ABSENT, "asked-declined"), Ending.NOT_UNDERSTOOD, "that is not “none”"),
        ({"text": "Unable to obtain"}, Ending.NOT_UNDERSTOOD, "that is not “none”"),
        (concept(IPS, "no-allergy-info"), Ending.NOT_UNDERSTOOD, "that is not “none”"),
        (concept(IPS, "no-known-allergies"), Ending.NOT_NEEDED, ""),
    ],
)
def test_none_not_known_and_kept_back_are_three_things(code: dict, ending: Ending, sentence: str) -> None:
    for one, kind in ((allergy(code=code), "allergies"), (condition(code), "problems")):
        reading = read(one)
        assert getattr(reading.facts, kind) == ()
        assert reading.report.entries[-1].ending is ending
        assert any(sentence in each for each in reading.facts.unreadable) is bool(sentence)


def test_no_known_medications_is_no_medicine_whatever_its_status() -> None:
    reading = read(
        statement(status="unknown", medicationCodeableConcept=concept(IPS, "no-known-medications"))
    )
    assert reading.facts.medications == ()
    assert reading.facts.unreadable == ()


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (concept("http://snomed.info/sct", "128608001"), "aneurysm"),
        (concept("http://snomed.info/sct", "24551003"), "aneurysm"),
        (concept("http://snomed.info/sct", "70272006"), "pressure_hazard"),
        ({"text": "Hypertension uncontrolled"}, "pressure_hazard"),
        ({"text": "Malignant hypertension"}, "pressure_hazard"),
        ({"text": "Schizo-affective psychosis"}, "schizophrenia"),
    ],
)
def test_a_listed_contraindication_is_known_by_code_alone_and_by_its_other_names(
    code: dict, rule: str
) -> None:
    (problem,) = read(condition(code)).facts.problems
    assert rule in mentioned(problem)


@pytest.mark.parametrize(
    "text", ["Family history: Schizophrenia", "Mother: schizophrenia", "FH: schizophrenia"]
)
def test_an_illness_under_a_heading_of_the_family_is_not_the_person_s(text: str) -> None:
    (problem,) = read(condition({"text": text})).facts.problems
    assert mentioned(problem) == ()
    assert closing(problem) == {"schizophrenia"}


@pytest.mark.parametrize("text", ["Fear of pregnancy", "Wants to become pregnant"])
def test_what_is_feared_or_wished_for_is_open(text: str) -> None:
    (problem,) = read(condition({"text": text})).facts.problems
    assert mentioned(problem) == ()
    assert closing(problem) == {"pregnancy"}


@pytest.mark.parametrize("text", ["Pregnancy, 8 weeks", "Suicidal ideation", "Alcohol detox"])
def test_what_stands_beside_the_code_of_a_visit_is_read(text: str) -> None:
    visit = condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "Z00.00", text=text))
    assert [p.text for p in read(visit).facts.problems] == [text]
