"""What is not recorded: each fact once, most dangerous first."""

from __future__ import annotations

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.answers import not_understood
from tenuto.core.intake.unrecorded import unrecorded
from tenuto.core.sources import Basis, Tag
from tests.core.intake.people import finding, healthy, judged, with_answer

BASIS = Basis((Tag.D,))


def lacks(fact: str, level: Level = Level.REVIEW, code: str = "MISSING") -> Finding:
    return Finding(f"{code}-{fact}", level, f"{fact} is not recorded.", BASIS, fact, missing=True)


def ids(*findings: Finding) -> list[str]:
    return [fact.id for fact, _ in unrecorded(Gate.of(findings))]


def test_two_findings_about_one_fact_are_one_fact():
    assert ids(lacks("lab.liver", code="ALT"), lacks("lab.liver", code="AST")) == ["lab.liver"]


def test_what_is_no_fact_about_the_person_is_not_counted():
    assert ids(lacks("vial_mg_per_ml"), lacks("treating_psychiatrist"), lacks("tobacco")) == ["tobacco"]


def test_the_risk_of_suicide_comes_first_then_what_could_stop_then_the_rest():
    asked = ("tobacco", "history.aneurysm", "pregnancy.test", "suicide.screen")
    assert ids(*map(lacks, asked)) == [
        "suicide.screen",
        "pregnancy.test",
        "history.aneurysm",
        "tobacco",
    ]
    assert ids(lacks("suicide.screen"), lacks("height", Level.BLOCK))[0] == "height"


def test_it_is_all_that_the_assessment_calls_missing():
    found = judged(healthy(answers=(), consents=()))
    assert {fact.id for fact, _ in unrecorded(found.gate)} == set(found.missing)


def test_an_answer_that_was_not_understood_is_shown_with_its_words_and_is_no_fact_that_lacks():
    asked = judged(with_answer("history.aneurysm", "perhaps, see letter"))
    assert "not understood: “perhaps, see letter”" in finding(asked, "UNREADABLE-HISTORY-ANEURYSM").message
    assert "history.aneurysm" not in [fact.id for fact, _ in unrecorded(asked.gate)]
    assert "history.aneurysm" in [fact.id for fact, _ in unrecorded(asked.gate, with_unclear=True)]
    assert [f.code for f in asked.gate.findings if not_understood(f)] == ["UNREADABLE-HISTORY-ANEURYSM"]
