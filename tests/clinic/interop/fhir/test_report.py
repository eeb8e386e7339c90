"""Every entry ends in a way that is said: Bundles of every kind, versions, deletions, the server's words, other types."""

from __future__ import annotations

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from tenuto.clinic.interop.fhir import BundleReading, UnusableBundle, parse, read_bundle
from tenuto.core.intake.reading_report import Ending
from tests.clinic.interop.fhir.bundles import (
    AS_OF,
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

ANEURYSM = condition({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I67.1"}]})
WEIGHT = observation("29463-7", valueQuantity=quantity(70, "kg"))


def of(bundle: dict) -> BundleReading:
    return read_bundle(parse(json.dumps(bundle).encode()), as_of=AS_OF)


def entries(*made: dict, kind: str = "collection", **more: object) -> dict:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": PATIENT}, *made], **more}


def said(reading: BundleReading, part: str) -> bool:
    return any(part in sentence for sentence in reading.facts.unreadable)


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


# ---- versions and deletions ----------------------------------------------------------------------------------
def version(number: int, value: int) -> dict:
    meta = {"versionId": str(number)}
    return {"resource": observation("29463-7", valueQuantity=quantity(value, "kg"), meta=meta)}


def test_the_newest_version_counts_whatever_the_order() -> None:
    for made in ((version(1, 60), version(2, 70)), (version(2, 70), version(1, 60))):
        reading = of(entries(*made))
        assert [m.value for m in reading.facts.measurements] == [70]
        assert reading.report.counts[Ending.TAKEN_BACK] == 1


def test_a_history_lists_the_newest_first() -> None:
    newer, older = ({"resource": observation("29463-7", valueQuantity=quantity(v, "kg"))} for v in (70, 60))
    assert [m.value for m in of(entries(newer, older, kind="history")).facts.measurements] == [70]


def test_two_contents_without_a_version_are_both_read_and_said() -> None:
    made = [{"resource": observation("29463-7", valueQuantity=quantity(v, "kg"))} for v in (70, 60)]
    reading = of(entries(*made))
    assert len(reading.facts.measurements) == 2
    assert said(reading, "sent twice with different content")


def test_the_same_twice_is_one() -> None:
    reading = of(entries({"resource": WEIGHT}, {"resource": WEIGHT}))
    assert len(reading.facts.measurements) == 1
    assert reading.report.settled


def deletion(at: str = "") -> dict:
    answer = {"status": "204"} | ({"lastModified": at} if at else {})
    return {"request": {"method": "DELETE", "url": "Observation/o1"}, "response": answer}


@pytest.mark.parametrize("kind", ["history", "transaction", "collection"])
@pytest.mark.parametrize("first", [True, False])
def test_what_was_deleted_is_not_used(kind: str, first: bool) -> None:
    made = [deletion(), {"resource": WEIGHT}] if first else [{"resource": WEIGHT}, deletion()]
    reading = of(entries(*made, kind=kind))
    assert reading.facts.measurements == ()
    assert Ending.TAKEN_BACK in reading.report.counts


def test_what_was_written_again_after_its_deletion_is_used() -> None:
    again = WEIGHT | {"meta": {"lastUpdated": "2026-03-01T12:00:00Z"}}
    assert of(
        entries(deletion("2026-03-01T11:00:00Z"), {"resource": again}, kind="history")
    ).facts.measurements
    assert not of(
        entries(deletion("2026-03-01T13:00:00Z"), {"resource": again}, kind="history")
    ).facts.measurements


def test_the_same_id_on_two_servers_is_two_resources() -> None:
    made = [
        {"fullUrl": f"https://{server}/fhir/Observation/o1", "resource": WEIGHT}
        for server in ("a.example", "b.example")
    ]
    assert len(of(entries(*made)).facts.measurements) == 2


def test_patients_that_the_sender_links_are_one_person() -> None:
    old = PATIENT | {"id": "p0", "link": [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]}
    reading = read(condition({"text": "Depression"}, subject={"reference": "Patient/p0"}), old)
    assert len(reading.facts.problems) == 1


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
        ({"resourceType": "ProcedureRequest"}, "STU3"),
    ],
)
def test_another_version_of_fhir_is_called_by_its_name(resource: dict, name: str) -> None:
    reading = read(resource | {"id": "x", "subject": ME})
    assert said(reading, f"is written in FHIR {name}, not R4")


# ---- words, codes and instants -------------------------------------------------------------------------------
def test_an_unknown_code_whose_words_name_a_fact_is_looked_at() -> None:
    made = observation("1-1", valueString="positive")
    made["code"] = {"coding": [{"system": "urn:own", "code": "HCGU"}], "text": "Urine pregnancy test"}
    assert said(read(made), "may be about Pregnancy test")
    made["code"]["text"] = "Haemoglobin"
    assert read(made).report.settled


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
    assert reading.facts.measurements == ()
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


# ---- forms ---------------------------------------------------------------------------------------------------
NEARLY = {"valueCoding": {"system": "http://loinc.org", "code": "LA6571-9", "display": "Nearly every day"}}
WORDS = [
    "Little interest or pleasure in doing things", "Feeling down, depressed, or hopeless", "Trouble falling asleep",
    "Feeling tired", "Poor appetite", "Feeling bad about yourself", "Trouble concentrating on things",
    "Moving or speaking so slowly", "Thoughts that you would be better off dead",
]  # fmt: skip


def phq9(links: list[str], texts: list[str] | None = None, **more: object) -> dict:
    made = [item(link, **NEARLY) for link in links]
    for one, text in zip(made, texts or [""] * len(made), strict=True):
        one["text"] = text
    return response(*made, **more)


@pytest.mark.parametrize(
    "made",
    [
        phq9([f"own-{n}" for n in "abcdefghi"], WORDS),
        phq9([f"phq9-{n}" for n in range(1, 10)]),
        phq9([f"PHQ9_Q{n}" for n in range(1, 10)]),
        phq9([f"q{n}" for n in range(1, 10)], questionnaire="https://x.example/Questionnaire/phq-9"),
    ],
)
def test_a_scale_with_link_ids_of_its_own_is_read_by_words_or_place(made: dict) -> None:
    scores = {s.instrument: (s.value, s.unclear) for s in read(made).facts.scores}
    assert scores == {"phq9": (27, "")}


@pytest.mark.parametrize(
    "made",
    [
        phq9([f"mood-{n}" for n in "abcdefghi"]),
        phq9(["a", "b"], questionnaire="https://x.example/Questionnaire/PHQ-9"),
        response(item("own", valueString="sometimes") | {"text": "Have you thought of suicide?"}),
        response(item("44260-8", valueString="sometimes")),
        response(item("44260-8", valueInteger=0), item("44260-8", valueInteger=2)),
        response({"linkId": "44260-8", "answer": [{"valueInteger": 0}, {"valueInteger": 1}]}),
    ],
)
def test_a_thought_of_suicide_that_can_t_be_read_is_never_lost(made: dict) -> None:
    reading = read(made)
    assert [s for s in reading.facts.scores if s.unclear and s.value == 3]
    assert not reading.report.settled


@pytest.mark.parametrize(
    "text",
    [
        "Have you wished you were dead or wished you could go to sleep and not wake up?",
        "Have you had any thoughts about killing yourself?",
        "The thought of harming myself has occurred to me",
        "Have you started to work out the details of how to end your life?",
        "Gedanken, dass Sie lieber tot wären",
        "Haben Sie an Selbstmord gedacht?",
    ],
)
def test_a_yes_to_a_question_about_suicide_in_other_words_is_not_lost(text: str) -> None:
    reading = read(response(item("own", valueBoolean=True) | {"text": text}))
    assert [s.value for s in reading.facts.scores if s.unclear] == [3]


def test_a_clear_no_to_a_question_about_suicide_is_only_named() -> None:
    made = response(item("own", valueBoolean=False) | {"text": "Have you thought of suicide?"})
    assert read(made).facts.scores == ()


def test_sentences_that_differ_only_in_their_entry_are_one() -> None:
    made = [observation("29463-7", id=f"o{n}", valueQuantity=quantity(70 + n, None, "kg")) for n in range(5)]
    sentences = read(*[m | {"valueQuantity": quantity(70, None, "kg")} for m in made]).facts.unreadable
    assert len(sentences) == 1
    assert "The same holds for Observation/o1, Observation/o2, Observation/o3 and 1 more." in sentences[0]


def test_half_a_megabyte_of_repeated_keys_is_refused_in_one_pass() -> None:
    keys = ",".join(f'"k{n}":0' for n in range(40_000))
    with pytest.raises(UnusableBundle, match="gives 'k0' twice"):
        parse(f'{{"resourceType":"Bundle",{keys},"k39999":1,"k0":1}}'.replace('"k39999":1,', "").encode())


# ---- inside another entry, and two states of one -----------------------------------------------------------------------
def test_a_diagnosis_inside_another_entry_is_named() -> None:
    inner = condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "I67.1", text="Cerebral aneurysm"))
    outer = {"resourceType": "Encounter", "id": "e1", "subject": ME, "contained": [inner]}
    reading = read(outer)
    (sentence,) = reading.report.unsettled
    assert "Encounter/e1 holds a Condition inside (“Cerebral aneurysm”), which is not read there" in sentence
    assert reading.facts.unreadable == (sentence,)


def test_what_an_entry_refers_to_inside_itself_is_no_remark() -> None:
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Sertraline"}}
    order = {
        "resourceType": "MedicationStatement", "id": "s1", "status": "active", "subject": ME,
        "medicationReference": {"reference": "#m"}, "contained": [medicine],
    }  # fmt: skip
    reading = read(order)
    assert [m.text for m in reading.facts.medications] == ["Sertraline"]
    assert reading.report.settled


def test_a_weight_that_is_in_error_in_one_of_two_versions_gives_no_dose() -> None:
    reading = read(WEIGHT, WEIGHT | {"status": "entered-in-error"})
    assert reading.facts.measurements == ()
    assert "once entered in error, once not" in reading.report.unsettled[0]
    assert reading.report.counts[Ending.TAKEN_BACK] == 2


def test_a_diagnosis_that_is_in_error_in_one_of_two_versions_counts_until_that_is_known() -> None:
    aneurysm = condition(concept("http://hl7.org/fhir/sid/icd-10-cm", "I67.1"))
    error = aneurysm | {"verificationStatus": concept("urn:x", "entered-in-error")}
    for both in ((aneurysm, error), (error, aneurysm)):
        reading = read(*both)
        assert len(reading.facts.problems) == 1
        assert "it counts until that is known" in reading.report.unsettled[0]


# ---- what is taken back beside the entries -------------------------------------------------------------------
def test_a_time_and_a_version_that_disagree_tell_nothing() -> None:
    metas = [
        {"versionId": "2", "lastUpdated": "2026-02-27T20:00:00Z"},
        {"versionId": "1", "lastUpdated": "2026-02-28T20:00:00Z"},
    ]
    weights = [
        WEIGHT | {"meta": meta, "valueQuantity": quantity(kg, "kg")}
        for kg, meta in zip((70, 95), metas, strict=True)
    ]
    reading = read(*weights)
    assert sorted(m.value for m in reading.facts.measurements) == [70, 95]
    assert said(reading, "nothing says for certain which is newer; both are read")


@pytest.mark.parametrize(
    "url", ["Patient/p1", "https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/2"]
)
def test_a_person_whom_the_sender_deleted_is_not_read(url: str) -> None:
    gone = {"request": {"method": "DELETE", "url": url}, "response": {"lastModified": "2026-03-01T00:00:00Z"}}
    with pytest.raises(UnusableBundle, match=r"The sender deleted the person of this record \(Patient/p1\)"):
        of(entries({"resource": ANEURYSM}, gone))


@pytest.mark.parametrize("url", ["Consent?patient=Patient/p1", "Observation?code=29463-7", ""])
def test_a_deletion_that_names_no_entry_is_said(url: str) -> None:
    gone = {"request": {"method": "DELETE", "url": url}, "response": {"status": "204"}}
    reading = of(entries({"resource": ANEURYSM}, gone))
    assert said(
        reading, f"the sender deletes {url or 'something'}, and which entries that means is not known here"
    )
    assert reading.report.counts[Ending.NOT_UNDERSTOOD] == 1


@pytest.mark.parametrize(
    ("code", "kept"), [("NULLIFY", False), ("DELETE", False), ("CREATE", True), ("UPDATE", True)]
)
def test_a_note_that_an_entry_was_taken_back_is_said(code: str, kept: bool) -> None:
    note = {
        "resourceType": "Provenance",
        "id": "v",
        "target": [{"reference": "Observation/o1"}],
        "activity": concept("http://terminology.hl7.org/CodeSystem/v3-DataOperation", code),
    }
    assert said(read(note, WEIGHT), "Provenance/v says that Observation/o1 was taken back") is not kept


@pytest.mark.parametrize(
    ("code", "whole"), [("fatal-error", False), ("transient-error", False), ("ok", True)]
)
def test_a_message_that_failed_is_said(code: str, whole: bool) -> None:
    header = {"resourceType": "MessageHeader", "id": "m", "response": {"identifier": "1", "code": code}}
    assert said(read(header, WEIGHT), f"the message failed ({code})") is not whole


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
