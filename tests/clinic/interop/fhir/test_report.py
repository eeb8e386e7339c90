"""Every entry ends in a way that is said: Bundles of every kind, the server's words, other types, the report itself."""

from __future__ import annotations

import pytest

from tenuto.clinic.interop.fhir import UnusableBundle
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    ANEURYSM,
    ME,
    WEIGHT,
    condition,
    entries,
    item,
    observation,
    of,
    read,
    response,
    said,
)


# ---- nesting -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["searchset", "collection", "batch-response", "document", "message"])
def test_a_bundle_within_a_bundle_is_read(kind: str) -> None:
    inner = {"resourceType": "Bundle", "type": kind, "entry": [{"resource": ANEURYSM}]}
    deeper = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    for one in (inner, deeper):
        reading = of(entries({"resource": one}, kind="batch-response"))
        assert [p.codings[0].code for p in reading.facts.problems] == ["I67.1"]


def test_parameters_that_hold_a_bundle_are_read() -> None:
    whole = {
        "resourceType": "Parameters",
        "parameter": [{"name": "return", "resource": entries({"resource": ANEURYSM})}],
    }
    assert len(of(whole).facts.problems) == 1


def test_bundles_nested_without_end_are_refused() -> None:
    inner = entries()
    for _ in range(20):
        inner = entries({"resource": inner})
    with pytest.raises(UnusableBundle, match="without nesting"):
        of(inner)


def test_a_type_of_bundle_that_is_not_known_is_read_and_said() -> None:
    reading = of(entries({"resource": ANEURYSM}, kind="parcel"))
    assert len(reading.facts.problems) == 1
    assert said(reading, "type 'parcel'")


# ---- what the server says ------------------------------------------------------------------------------------
def outcome(**issue: object) -> dict:
    return {"resourceType": "OperationOutcome", "issue": [issue]}


@pytest.mark.parametrize(
    "made",
    [
        {
            "resource": outcome(
                severity="warning", code="suppressed", details={"text": "Not the entire record."}
            )
        },
        {"resource": outcome(severity="error", code="exception", diagnostics="Not the entire record.")},
        {
            "response": {
                "status": "200",
                "outcome": outcome(severity="warning", details={"text": "Not the entire record."}),
            }
        },
    ],
)
def test_a_word_of_the_server_is_said(made: dict) -> None:
    assert said(of(entries(made, kind="searchset")), "“Not the entire record.”")


def test_a_word_of_the_server_about_the_whole_bundle_is_said() -> None:
    issues = outcome(severity="warning", code="suppressed", diagnostics="3 diagnoses are left out.")
    assert said(of(entries(kind="searchset", issues=issues)), "“3 diagnoses are left out.”")


def test_a_server_that_only_reports_success_says_nothing() -> None:
    reading = of(entries({"resource": outcome(severity="information", code="informational")}))
    assert reading.report.settled


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ("403 Forbidden", Ending.WITHHELD),
        ("401", Ending.WITHHELD),
        ("410 Gone", Ending.TAKEN_BACK),
        ("404 Not Found", Ending.NOT_NEEDED),
        ("500 Internal Server Error", Ending.NOT_UNDERSTOOD),
        ("304 Not Modified", Ending.NOT_UNDERSTOOD),
    ],
)
def test_an_answer_without_a_resource_ends_by_its_status(status: str, ending: Ending) -> None:
    reading = of(entries({"response": {"status": status}}, kind="batch-response"))
    assert ending in reading.report.counts
    assert reading.report.settled == (ending in (Ending.TAKEN_BACK, Ending.NOT_NEEDED))


def test_fewer_entries_than_the_total_are_said() -> None:
    assert said(of(entries(kind="searchset", total=30)), "says that there are 30 entries and sent 1")
    assert of(entries(kind="searchset", total=1)).report.settled


@pytest.mark.parametrize("where", ["bundle", "resource"])
@pytest.mark.parametrize("code", ["REDACTED", "MASKED", "SUBSETTED"])
def test_what_is_marked_as_kept_back_is_said(where: str, code: str) -> None:
    mark = {"meta": {"security": [{"code": code}]}}
    made = entries(**mark) if where == "bundle" else entries({"resource": WEIGHT | mark})
    assert said(of(made), "kept back")


@pytest.mark.parametrize("reason", ["withheld", "unavailable", "notasked"])
def test_an_empty_section_is_said_unless_it_is_known_to_be_empty(reason: str) -> None:
    section = {"title": "Allergies", "emptyReason": {"coding": [{"code": reason}]}}
    document = {"resourceType": "Composition", "status": "final", "section": [section]}
    assert said(of(entries({"resource": document}, kind="document")), f"“Allergies” is empty ({reason})")
    section["emptyReason"]["coding"][0]["code"] = "nilknown"
    assert of(entries({"resource": document}, kind="document")).report.settled


# ---- other types and versions --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "kind", ["Procedure", "FamilyMemberHistory", "MedicationDispense", "Flag", "Whatever", "List"]
)
def test_a_type_that_could_matter_is_named_once(kind: str) -> None:
    made = [
        {"resourceType": kind, "id": f"x{n}", "subject": ME, "code": {"text": "Hysterectomy"}}
        for n in range(3)
    ]
    reading = read(*made)
    (sentence,) = reading.facts.unreadable
    assert sentence.startswith(f"3 entries of the type {kind} are not read here")
    assert "“Hysterectomy” (3 times)" in sentence
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 3


@pytest.mark.parametrize("kind", ["Encounter", "Claim", "Practitioner", "Immunization", "Provenance"])
def test_a_type_that_holds_nothing_that_is_asked_for_is_settled(kind: str) -> None:
    reading = read({"resourceType": kind, "id": "x", "subject": ME})
    assert reading.report.settled
    assert reading.report.counts[Ending.NOT_NEEDED] == 1


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ({"resourceType": "MedicationOrder", "medicationCodeableConcept": {"text": "theophylline"}}, "DSTU2"),
        ({"resourceType": "QuestionnaireResponse", "status": "completed", "group": {}}, "DSTU2"),
        ({"resourceType": "MedicationStatement", "status": "recorded", "medication": {"concept": {}}}, "R5"),
        ({"resourceType": "Consent", "status": "active", "provision": [{}]}, "R5"),
        ({"resourceType": "Encounter", "status": "completed", "class": [{}]}, "R5"),
        ({"resourceType": "Encounter", "status": "completed", "actualPeriod": {}}, "R5"),
        ({"resourceType": "ProcedureRequest"}, "STU3"),
    ],
)
def test_another_version_of_fhir_is_called_by_its_name(resource: dict, name: str) -> None:
    reading = read(resource | {"id": "x", "subject": ME})
    assert said(reading, f"is written in FHIR {name}, not R4")


# ---- the report and the gate say the same --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (condition({"text": "Zzyzx syndrome"}), "The problem “Zzyzx syndrome” is not known here."),
        (
            {
                "resourceType": "MedicationStatement",
                "id": "m1",
                "status": "active",
                "subject": ME,
                "medicationCodeableConcept": {"text": "Zzyzxine"},
            },
            "The medicine “Zzyzxine” is not known here.",
        ),
        (
            observation("93374-7", valueString="perhaps"),
            "Suicide triage: the answer “perhaps” can't be read.",
        ),
        (
            response(item("history.aneurysm", valueString="No, but a coil")),
            "the answer “no but a coil” can't be read.",
        ),
    ],
)
def test_what_the_gate_does_not_know_is_never_reported_as_used(made: dict, sentence: str) -> None:
    report = read(made).report
    assert any(sentence in each for each in report.unsettled)
    assert report.counts == {Ending.NOT_UNDERSTOOD: 1, Ending.USED: 1}  # the Patient


def test_the_report_names_every_entry_where_a_sentence_names_the_first() -> None:
    many = [observation("29463-7", id=f"o{n}", valueString="70") for n in range(40)]
    report = read(*many).report
    assert any("and 36 more" in sentence for sentence in report.unsettled)
    assert not any(" more" in sentence for sentence in report.in_full)
    assert all(any(f"Observation/o{n}" in sentence for sentence in report.in_full) for n in range(40))


# ---- what stands around the entries ----------------------------------------------------------------------------
RETRACTED = {"modifierExtension": [{"url": "https://x.example/retracted", "valueBoolean": True}]}


@pytest.mark.parametrize(
    ("beside", "used", "sentence"),
    [
        (RETRACTED, False, "a mark that changes its meaning (retracted)"),
        ({"response": {"status": "410 Gone"}}, False, "the answer “410 Gone” of the server"),
        ({"response": {"status": "403 Forbidden"}}, False, "the answer “403 Forbidden” of the server"),
        ({"response": {"status": "200 OK"}}, True, ""),
        (
            {"extension": [{"url": "https://x/removed", "valueString": "wrong patient"}]},
            True,
            "“removed: wrong patient”",
        ),
        ({"Response": {"status": "410 Gone"}}, True, "the unknown field Response"),
    ],
)
def test_what_stands_beside_a_resource_in_its_entry_is_not_passed_over(
    beside: dict, used: bool, sentence: str
) -> None:
    reading = of(entries({"resource": WEIGHT} | beside))
    assert bool(reading.facts.measurements) is used
    assert said(reading, sentence) if sentence else reading.facts.unreadable == ()


def test_a_mark_beside_the_person_is_said() -> None:
    made = entries({"resource": WEIGHT})
    made["entry"][0] |= RETRACTED
    assert said(of(made), "Find out whether it is the person's record")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"implicitRules": "https://x.example/rules"}, "https://x.example/rules"),
        (RETRACTED, "(retracted)"),
        ({"extension": [{"url": "x", "valueString": "cerebral aneurysm"}]}, "“x: cerebral aneurysm”"),
        ({"contained": [condition({"text": "Cerebral aneurysm"})]}, "a Condition (“Cerebral aneurysm”)"),
        ({"Entry": [{"resource": ANEURYSM}]}, "the unknown field Entry"),
        ({"total": 240}, "there are 240 entries and sent 2"),
    ],
)
def test_what_a_bundle_carries_beside_its_entries_is_said(more: dict, sentence: str) -> None:
    assert said(of(entries({"resource": WEIGHT}, **more)), sentence)
