"""A person reads what a scale is called, never the key by which the program keeps it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.core.intake.conditions import conditions
from tenuto.core.intake.eligibility import assess
from tenuto.core.intake.facts import Problem, RecordedScore
from tenuto.core.intake.facts_changes import facts_changes, facts_said
from tenuto.core.intake.risk_questions import instrument_key, score_name
from tenuto.core.intake.safety import safety_state
from tenuto.core.policy import default_policy
from tenuto.core.scales.reading import instruments
from tests.core.intake.people import TODAY, healthy

LONG_AGO = TODAY - timedelta(days=400)
KEYS = {key for scale in instruments().values() for key in (scale.id, instrument_key(scale.id))} - {
    word.casefold() for scale in instruments().values() for word in re.findall(r"[\w-]+", scale.title)
}
"""Keys that are no word of a title."""
RAW = re.compile(rf"\b(?:{'|'.join(sorted(KEYS, key=len, reverse=True))})(?:_?item\w+)?\b")

SENT_AS = re.compile(r"sent as \S+")
"""What a record called it is quoted."""
LIMITS = default_policy()


@pytest.mark.parametrize("scale", instruments().values(), ids=lambda scale: scale.id)
def test_id_key_and_title_are_called_by_the_title(scale):
    assert {score_name(each) for each in (scale.id, instrument_key(scale.id), scale.title)} == {scale.title}


def test_one_answer_alone_is_called_by_its_question_and_an_unknown_name_stays():
    assert score_name("phq9item9") == score_name("phq9_item9") == "PHQ-9 item 9"
    assert score_name("Bech 2001") == "Bech 2001"


@pytest.mark.parametrize("condition", conditions(), ids=lambda each: each.id)
@pytest.mark.parametrize("names", [(), ("phq9item9", "phq9", "qids_sr16", "cssrs")])
def test_no_sentence_holds_a_key(condition, names):
    scores = tuple(RecordedScore(name, Decimal(2), LONG_AGO, "bundle") for name in names)
    facts = replace(healthy(), scores=scores, problems=(Problem(condition.title),))
    said = [
        each.message
        for each in assess(facts, policy=LIMITS, as_of=TODAY, indication=condition.id).gate.findings
    ]
    said += safety_state(facts, as_of=TODAY, policy=LIMITS).sentences
    said += [f"{each.what} {each.before} {each.after}" for each in facts_changes(healthy(), facts)]
    said += [f"{each.what} {each.words}" for each in facts_said(facts)]
    assert not [sentence for sentence in said if RAW.search(SENT_AS.sub("", sentence))]
