"""What makes an indication: a known code, or a whole text that is a listed name. Everything else only closes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.gate import Level
from tenuto.core.intake.conditions import indications, named
from tenuto.core.intake.facts import Coding, Problem, ProblemStatus
from tenuto.core.plan.proposal import propose
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import demo_policy
from tests.core.intake.people import DEPRESSION, TODAY, finding, healthy, judged

LINES = [
    line
    for line in (Path(__file__).parent / "data/problem_phrases.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
NAMES = dict(line.split(" = ") for line in LINES if " = " in line)
PHRASES = [line for line in LINES if " = " not in line]
F332, RESPIRATORY = Coding("icd10cm", "F33.2"), Coding("icd10cm", "R06.89")
TREMOR = Coding("snomed", "26079004", "Tremor")
LOCAL = Coding("urn:oid:1.2.840.114350.1.13", "41234")


def held(*problems: Problem) -> list[str]:
    return [i.condition.id for i in indications(problems)]


def test_the_list_is_as_long_as_it_says():
    assert len(PHRASES) >= 300


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_of_the_field_gives_no_dose_and_is_looked_at(phrase):
    proposal = propose(
        healthy(problems=(Problem(phrase),)), request=PlanRequest(), policy=demo_policy(), as_of=TODAY
    )
    assert (proposal.orderable, proposal.protocol, proposal.gate.level >= Level.REVIEW) == (None, None, True)
    assert phrase in " ".join(f.message for f in proposal.gate.findings)


@pytest.mark.parametrize(("phrase", "condition"), NAMES.items())
def test_a_whole_listed_name_is_the_indication(phrase, condition):
    assert held(Problem(phrase)) == [condition]


@given(
    st.sampled_from([*PHRASES, *NAMES]),
    st.sampled_from(["icd10cm", "icd10", "snomed", "icd9cm", "icd11", "urn:sender"]),
    st.from_regex(r"[RSTZ][0-9]{2}\.[0-9]", fullmatch=True),
)
def test_an_unrelated_code_vetoes_every_text(phrase, system, code):
    assert held(Problem(phrase, (Coding(system, code, phrase),))) == []


@given(
    st.sampled_from(sorted(NAMES)),
    st.sampled_from(
        ["Mother:", "no", "History of", "?", "screening for", "Denies", "possible", "Past", "FH"]
    ),
    st.booleans(),
)
def test_a_word_before_or_a_question_after_a_name_opens_nothing(name, word, coded):
    codings = (LOCAL,) if coded else ()
    assert held(Problem(f"{word} {name}", codings)) == []
    assert held(Problem(f"{name}?", codings)) == []


@given(st.sampled_from(sorted(NAMES)), st.text(st.characters(categories=["L"]), min_size=2, max_size=8))
@settings(max_examples=50)
def test_a_further_word_makes_it_another_text(name, word):
    texts = {" ".join((word, name)).casefold(), " ".join((name, word)).casefold()}
    assert not any(named(Problem(t)) for t in texts - {n.casefold() for n in NAMES} if _plain_letters(word))


@pytest.mark.parametrize(
    "text", ["Major depressive disorder)", "Depression (disorder)", "Depression (finding)"]
)
def test_a_remark_or_a_bracket_that_was_lost_changes_no_name(text):
    assert held(Problem(text)) == ["depression"]


@given(st.lists(st.sampled_from(["depression", "disorder", "finding", "(", ")", "?", ","]), max_size=8))
def test_brackets_and_remarks_in_any_order_are_read(parts):
    """What was cut off while it was copied is a text like any other."""
    assert set(held(Problem(" ".join(parts)))) <= {"depression"}


def _plain_letters(word: str) -> bool:
    return word.isascii() and word.casefold() not in {"chronic", "recurrent", "severe", "major", "clinical"}


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem("Respiratory depression", (RESPIRATORY,)), []),
        (Problem("Depression", (RESPIRATORY,)), []),
        (Problem("Depression", (TREMOR,)), []),
        (Problem("Depression", (LOCAL,)), ["depression"]),
        (Problem("Depression", (Coding(LOCAL.system, "1", "Respiratory depression"),)), []),
        (Problem("anything", (F332,)), ["depression"]),
        (Problem("anything", (F332, TREMOR)), ["depression"]),
        (Problem("Depression", (F332, RESPIRATORY)), []),
        (Problem("Family history of depression", (F332,)), []),
        (Problem("Depression screening", (F332,)), []),
        (Problem("Depression seen in mother", (F332,)), []),
        (Problem("Major depressive disorder, mother had psychosis", (F332,)), ["depression"]),
        (Problem("Depression", (F332,), certain=False), []),
        (Problem("Depression", (F332,), ProblemStatus.RESOLVED), []),
        (Problem("Major depression\nMother: bipolar disorder"), []),
    ],
)
def test_codes_and_words_together(problem, expected):
    assert held(problem) == expected


def test_a_condition_asked_for_by_name_needs_a_problem_that_may_be_it():
    unsure = judged(healthy(problems=(Problem("Depression since 2019"),)), indication="depression")
    assert finding(unsure, "DIAGNOSIS-NOT-CLASSIFIED").level is Level.REVIEW
    nothing = judged(healthy(problems=(Problem("Sinusitis"),)), indication="depression")
    assert finding(nothing, "MISSING-DIAGNOSIS").level is Level.BLOCK


def test_a_refuted_word_is_no_answer_to_another_question():
    kept = tuple(a for a in healthy().answers if a.fact != "history.aneurysm")
    refuted = Problem("Popliteal aneurysm in brother", status=ProblemStatus.REFUTED)
    person = healthy(answers=kept, problems=(DEPRESSION, refuted))
    assert finding(judged(person), "MISSING-HISTORY-ANEURYSM") is not None
