"""Forms and records that are called what they are, or otherwise."""

from __future__ import annotations

import pytest

from tenuto.clinic.interop.fhir import UnusableBundle, parse
from tests.clinic.interop.fhir.bundles import (
    LOINC,
    ME,
    PATIENT,
    WEIGHT,
    concept,
    entry,
    extension,
    item,
    observation,
    quantity,
    read,
    response,
    said,
)

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


# ---- the family of the suicide scale -------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["93305-1", "93294-7", "93254-1", "93303-6", "93486-9", "115566-2"])
def test_any_part_of_the_suicide_scale_under_any_name_is_said(code: str) -> None:
    made = observation(code, code=concept(LOINC, code, "Severity"), valueQuantity=quantity(4, "{score}"))
    assert said(read(made), "may be about suicide triage")


@pytest.mark.parametrize(
    ("code", "value"),
    [("93255-8", "high"), ("93265-7", "high"), ("93253-3", "suicidal behaviour, ever"), ("93295-4", "plan of suicide with intent, ever")],
)  # fmt: skip
def test_a_yes_to_a_question_of_the_long_form_closes_and_a_no_answers_nothing(code: str, value: str) -> None:
    for made in (observation(code, valueBoolean=True), response(item(f"/{code}", valueBoolean=True))):
        assert [(a.fact, a.value) for a in read(made).facts.answers] == [("suicide.screen", value)]
    for made in (observation(code, valueBoolean=False), response(item(f"/{code}", valueBoolean=False))):
        assert read(made).facts.answers == ()


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
    assert said(read(made), f"(“{name}")


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
