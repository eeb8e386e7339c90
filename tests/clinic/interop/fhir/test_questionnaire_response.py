"""Answers by fact id, scales by their items: a gap is never a zero and no yes is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from tenuto.clinic.interop.fhir import suicide_screen, tables
from tenuto.core.intake.eligibility import assess
from tenuto.core.policy import default_policy
from tests.clinic.interop.fhir.bundles import AS_OF, item, observation, quantity, read, response

LOINC = "http://loinc.org"
PHQ9 = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
SYSTEM = {"system": LOINC}


def phq9(*values: int, **more: object) -> dict:
    answered = zip(PHQ9, values, strict=False)
    return response(*(item(f"/{code}", valueInteger=value) for code, value in answered), **more)


@pytest.mark.parametrize(
    ("fact", "sent", "value"),
    [
        ("history.seizure", {"valueBoolean": False}, False),
        ("history.seizure", {"valueCoding": {"system": LOINC, "code": "LA33-6", "display": "Yes"}}, True),
        (
            "history.seizure",
            {"valueCoding": {"system": "http://snomed.info/sct", "code": "373067005"}},
            False,
        ),
        ("history.seizure", {"valueString": "No"}, False),
        ("history.seizure", {"valueString": "perhaps"}, "perhaps"),
        ("asa.class", {"valueInteger": 2}, Decimal(2)),
        ("asa.class", {"valueCoding": {"code": "II"}}, "ii"),
        ("stop.date", {"valueDate": "2026-09-01"}, date(2026, 9, 1)),
        ("stop.date", {"valueString": "2026-09-01"}, date(2026, 9, 1)),
        ("escort", {"valueString": "Luis Ensayo, phone confirmed"}, "Luis Ensayo, phone confirmed"),
    ],
)
def test_an_intake_answer_is_read_in_the_type_that_is_asked_for(fact: str, sent: dict, value: object) -> None:
    (answer,) = read(response(item(fact, **sent))).facts.answers
    assert (answer.fact, answer.value) == (fact, value)
    assert answer.taken == date(2026, 3, 1)
    assert answer.origin == "QuestionnaireResponse/q1"


def test_groups_and_follow_up_questions_are_walked() -> None:
    nested = {"linkId": "medical", "item": [item("history.seizure", valueBoolean=False)]}
    follow_up = item("history.liver", valueBoolean=True, item=[item("history.renal", valueBoolean=True)])
    assert {a.fact for a in read(response(nested, follow_up)).facts.answers} == {
        "history.seizure",
        "history.liver",
        "history.renal",
    }


def test_questions_that_are_not_ours_answer_nothing_and_are_named() -> None:
    facts = read(
        response(item("weight", valueDecimal=70), item("favourite.colour", valueString="teal"))
    ).facts
    assert facts.answers == facts.measurements == ()
    assert facts.unreadable == (
        "QuestionnaireResponse/q1: 2 of 2 answers are to questions that are not known here (“weight”, "
        "“favourite.colour”). Look at the form.",
    )


@pytest.mark.parametrize("status", ["in-progress", "stopped", None])
def test_an_unfinished_response_is_used_and_said(status: str | None) -> None:
    facts = read(response(item("history.seizure", valueBoolean=True), status=status)).facts
    assert len(facts.answers) == 1
    assert "not completed" in facts.unreadable[0]


def test_a_response_entered_in_error_is_nothing() -> None:
    assert read(phq9(*[3] * 9, status="entered-in-error")).facts.scores == ()


def test_nine_items_make_a_total_with_its_items() -> None:
    (score,) = read(phq9(1, 2, 3, 0, 1, 2, 3, 0, 1)).facts.scores
    assert (score.instrument, score.value) == ("phq9", Decimal(13))
    assert dict(score.items)["44260-8"] == 1


@pytest.mark.parametrize("missing", range(9))
def test_a_missing_item_is_never_zero(missing: int) -> None:
    items = [item(code, valueInteger=3) for i, code in enumerate(PHQ9) if i != missing]
    facts = read(response(*items)).facts
    assert {s.instrument for s in facts.scores} <= {"phq9_item9"}
    assert "8 of 9 items of PHQ-9 are answered, so there is no total" in facts.unreadable[0]


def test_item_nine_is_kept_when_the_total_is_void() -> None:
    facts = read(response(item("/44260-8", valueInteger=2))).facts
    assert [(s.instrument, s.value, s.items) for s in facts.scores] == [("phq9_item9", 2, (("44260-8", 2),))]


def test_item_nine_alone_asks_for_the_suicide_screen() -> None:
    for sent in (
        response(item("/44260-8", valueInteger=1)),
        observation("44260-8", valueCodeableConcept={"coding": [SYSTEM | {"code": "LA6569-3"}]}),
        observation("44260-8", valueInteger=1),
    ):
        assessment = assess(read(sent).facts, policy=default_policy(), as_of=AS_OF)
        assert [f.code for f in assessment.gate.findings if f.code.startswith("SUICIDE")], sent


@pytest.mark.parametrize(
    "answer",
    [
        {"valueCoding": SYSTEM | {"code": "LA6570-1"}},
        {
            "valueCoding": {
                "code": "x",
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}
                ],
            }
        },
        {
            "valueCoding": {
                "code": "x",
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 2.0}
                ],
            }
        },
        {
            "valueCoding": {"code": "x"},
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 2}],
        },
        {"valueInteger": 2},
        {"valueDecimal": 2.0},
        {"valueString": "More than half the days"},
        {"valueCoding": {"code": "x", "display": "More than half the days"}},
    ],
)
def test_every_way_to_give_an_item_its_value_is_read(answer: dict) -> None:
    rest = [item(code, valueInteger=0) for code in PHQ9[1:]]
    (score,) = read(response(item(PHQ9[0], **answer), *rest)).facts.scores
    assert score.value == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"valueInteger": 4},
        {"valueInteger": -1},
        {"valueDecimal": 1.5},
        {"valueString": "Several days, I think"},
        {"valueInteger": 2, "valueCoding": {"display": "Several days"}},
        {
            "valueCoding": SYSTEM
            | {
                "code": "LA6570-1",
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 3}
                ],
            }
        },
    ],
)
def test_a_value_that_an_item_can_not_have_voids_the_total(answer: dict) -> None:
    rest = [item(code, valueInteger=0) for code in PHQ9[1:]]
    facts = read(response(item(PHQ9[0], **answer), *rest)).facts
    assert not [s for s in facts.scores if s.instrument == "phq9"]
    assert facts.unreadable


def test_one_item_answered_twice_differently_voids_the_total() -> None:
    items = [item(code, valueInteger=1) for code in PHQ9] + [item(PHQ9[0], valueInteger=3)]
    assert not [s for s in read(response(*items)).facts.scores if s.instrument == "phq9"]


def test_of_two_answers_to_item_nine_the_graver_counts() -> None:
    items = [item("44260-8", valueInteger=3), *(item(code, valueInteger=0) for code in PHQ9)]
    assert [(s.instrument, s.value) for s in read(response(*items)).facts.scores] == [("phq9_item9", 3)]


def test_a_sent_total_gives_way_to_its_items() -> None:
    sent = phq9(*[1] * 9)
    sent["item"].append(item("/44261-6", valueDecimal=27))
    facts = read(sent).facts
    assert [s.value for s in facts.scores] == [Decimal(9)]
    assert "sent as 27 but its items add up to 9" in facts.unreadable[0]


def test_a_sent_total_does_not_cover_a_missing_item() -> None:
    sent = phq9(*[3] * 8)
    sent["item"].append(item("/44261-6", valueDecimal=24))
    assert read(sent).facts.scores == ()


def test_a_total_alone_is_read_by_loinc_by_scale_and_by_fact() -> None:
    sent = response(
        item("44261-6", valueInteger=18), item("madrs", valueInteger=31), item("stop_bang", valueInteger=2)
    )
    assert {(s.instrument, s.value) for s in read(sent).facts.scores} == {
        ("phq9", Decimal(18)),
        ("madrs", Decimal(31)),
        ("stopbang", Decimal(2)),
    }


@pytest.mark.parametrize("name", [n for n, s in tables.scales().items() if s.items])
def test_every_scale_s_smallest_and_largest_total(name: str) -> None:
    scale = tables.scales()[name]
    assert len(set(scale.items)) * scale.item_most == scale.most
    for each in (0, scale.item_most):
        (score,) = read(response(*(item(code, valueInteger=each) for code in scale.items))).facts.scores
        assert (score.instrument, score.value) == (name, each * len(scale.items))


def check_digit(code: str) -> int:
    """The mod-10 check digit of a LOINC code."""
    digits = [int(d) for d in code.partition("-")[0][::-1]]
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[::2])
    return -(doubled + sum(digits[1::2])) % 10


@pytest.mark.parametrize(
    "code",
    sorted(
        {c for s in tables.scales().values() for c in s.items if not c.startswith("pcl5")}
        | set(suicide_screen.QUESTIONS)
    ),
)
def test_loinc_codes_pass_their_check_digit(code: str) -> None:
    assert int(code.partition("-")[2]) == check_digit(code)


# ---- the suicide screen --------------------------------------------------------------------------------------
Q1, Q2, Q3, Q4, Q5, EVER, RECENT = suicide_screen.QUESTIONS


def screen(**answers: bool) -> list[str]:
    codes = dict(zip(("q1", "q2", "q3", "q4", "q5", "ever", "recent"), suicide_screen.QUESTIONS, strict=True))
    facts = read(response(*(item(codes[name], valueBoolean=said) for name, said in answers.items()))).facts
    return [str(a.value) for a in facts.answers if a.fact == "suicide.screen"]


def test_the_triage_of_the_screen() -> None:
    assert screen(q1=False, q2=False, ever=False) == ["negative"]
    assert screen(q1=True, q2=False, ever=False) == ["low"]
    assert screen(q1=False, q2=True, q3=True, q4=False, q5=False, ever=False) == ["moderate"]
    assert screen(q1=False, q2=False, ever=True, recent=False) == ["moderate"]
    assert screen(q1=False, q2=False, ever=True, recent=True) == ["high"]
    assert screen(q1=True, q2=True, q3=False, q4=True, q5=False, ever=False) == ["high"]


def test_an_unfinished_screen_is_never_negative_and_loses_no_yes() -> None:
    assert screen(q1=False, q2=False) == []
    assert screen(q1=False, q2=True, ever=False) == ["low"]
    assert screen(q4=True) == ["high"]


def test_a_coded_screen_is_read() -> None:
    yes, no = ({"valueCoding": SYSTEM | {"code": code}} for code in ("LA33-6", "LA32-8"))
    sent = response(item(Q1, **yes), item(Q2, **no), item(EVER, **no))
    assert [a.value for a in read(sent).facts.answers] == ["low"]


def test_one_more_yes_never_lowers_the_level() -> None:
    order = ["", "negative", "low", "moderate", "high"]
    for said in product((False, True), repeat=7):
        answers = dict(zip(suicide_screen.QUESTIONS, said, strict=True))
        level = order.index(suicide_screen.triage(answers))
        assert level > 0
        for question in suicide_screen.QUESTIONS:
            assert order.index(suicide_screen.triage(answers | {question: True})) >= level


def test_the_level_sent_as_an_observation_is_read() -> None:
    coded = {"valueCodeableConcept": {"coding": [{"system": LOINC, "code": "LA9194-7", "display": "Low"}]}}
    (answer,) = read(observation("93374-7", **coded)).facts.answers
    assert (answer.fact, answer.value) == ("suicide.screen", "low")


def test_the_items_as_observations_do_not_become_a_total() -> None:
    sent = [observation(code, id=code, valueQuantity=quantity(3, "{score}")) for code in PHQ9[:4]]
    assert read(*sent).facts.scores == ()


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            response(item("/44250-9", valueInteger=5) | {"text": "Little interest"}),
            "“Little interest” of PHQ-9 is answered “5”, which is no value from 0 to 3. Ask it again.",
        ),
        (
            response(item("/44250-9", valueInteger=1), item("/44250-9", valueInteger=2)),
            "“/44250-9” of PHQ-9 is answered twice, with 1 and 2. Ask it again.",
        ),
        (
            response(item("/93246-7", valueString="ja")),
            "“/93246-7” of the suicide screener is answered “ja”, which is neither yes nor no. Ask it again.",
        ),
        (
            response(item("phq9", valueString="14 of 27")),
            "the PHQ-9 total is sent as “14 of 27”, which is no number from 0 to 27; not used. Score it again.",
        ),
    ],
)
def test_what_can_not_be_read_is_named_with_its_question_and_value(made: dict, sentence: str) -> None:
    assert f"QuestionnaireResponse/q1: {sentence}" in read(made).facts.unreadable


# ---- what is not answered, and what a total proves ----------------------------------------------------------
def unclear(*sent: dict) -> list[str]:
    return [score.unclear for score in read(*sent).facts.scores if score.instrument == "phq9_item9"]


def test_item_nine_that_was_asked_and_skipped_counts_until_it_is_asked_again() -> None:
    eight = [item(f"/{code}", valueInteger=1) for code in PHQ9[:8]]
    assert unclear(response(*eight, {"linkId": f"/{PHQ9[8]}"})) == ["not answered"]
    assert unclear(response(*eight, questionnaire="http://loinc.org/q/44249-1")) == ["not answered"]


@pytest.mark.parametrize("asked", [2, 8])
def test_a_shorter_form_of_the_same_items_does_not_ask_it(asked: int) -> None:
    assert unclear(response(*(item(f"/{code}", valueInteger=1) for code in PHQ9[:asked]))) == []


@pytest.mark.parametrize(
    ("sent", "value", "detail"),
    [
        ("Yes, clipped 2019", True, "clipped 2019"),
        ("yes - coiled", True, "coiled"),
        ("Y: left MCA", True, "left MCA"),
        ("Yes", True, ""),
        ("No, but a coil in 2019", "No, but a coil in 2019", ""),
        ("Yesterday", "Yesterday", ""),
    ],
)
def test_a_yes_with_words_is_a_yes_and_a_no_with_words_is_not_a_no(
    sent: str, value: object, detail: str
) -> None:
    (answer,) = read(response(item("history.aneurysm", valueString=sent))).facts.answers
    assert (answer.value, answer.detail) == (value, detail)


def test_words_beside_an_answer_never_open() -> None:
    (agreed,) = read(response(item("capacity", valueString="Yes, with help"))).facts.answers
    (refused,) = read(response(item("capacity", valueString="No, delirious"))).facts.answers
    assert (agreed.value, refused.value) == ("Yes, with help", False)


@pytest.mark.parametrize(
    ("sent", "level"),
    [
        ({"valueString": "HIGH RISK"}, "high"),
        ({"valueString": "Imminent"}, "high"),
        ({"valueString": "Severe risk of suicide"}, "high"),
        ({"valueString": "Medium"}, "moderate"),
        ({"valueString": "moderate to high"}, "high"),
        ({"valueString": "Low risk"}, "low"),
        ({"valueString": "not low"}, "not low"),
        ({"valueCodeableConcept": {"coding": [{"code": "LA13914-9", "display": "High risk"}]}}, "high"),
        ({"valueCodeableConcept": {"coding": [{"system": LOINC, "code": "LA0-0"}]}}, "LA0-0"),
        ({"valueQuantity": quantity(6, "{score}")}, "no result that can be read"),
    ],
)
def test_a_triage_in_words_of_its_own_is_read_or_kept_as_it_is(sent: dict, level: str) -> None:
    (answer,) = read(observation("93374-7", **sent)).facts.answers
    assert (answer.fact, answer.value) == ("suicide.screen", level)


YES = {"coding": [{"system": LOINC, "code": "LA33-6"}]}


@pytest.mark.parametrize(
    "sent",
    [{"valueCodeableConcept": YES}, {"valueBoolean": True}, {"valueString": "Yes"}, {"valueInteger": 1}],
)
def test_one_yes_of_the_screener_is_kept_and_is_no_triage_but_for_the_highest(sent: dict) -> None:
    for code, value in zip(suicide_screen.QUESTIONS, SCREENED, strict=True):
        (answer,) = read(observation(code, **sent)).facts.answers
        assert (answer.fact, answer.value) == ("suicide.screen", value)


SCREENED = (
    "wish to be dead", "thoughts of suicide", "thoughts of suicide with a method", "high", "high",
    "suicidal behaviour, ever", "high",
)  # fmt: skip


@pytest.mark.parametrize("sent", [{"valueBoolean": False}, {"valueString": "No"}, {"valueInteger": 0}])
def test_one_no_of_the_screener_says_nothing_and_what_can_not_be_read_is_kept(sent: dict) -> None:
    assert read(observation(Q1, **sent)).facts.answers == ()
    assert [a.value for a in read(observation(Q1, valueString="at times")).facts.answers] == ["at times"]
