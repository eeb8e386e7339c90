"""Somebody who was asked and is not sure: no earlier "no" holds beside that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.core.intake.facts import Answer
from tests.core.intake.people import TODAY, finding, healthy, judged


@pytest.mark.parametrize(("days_ago", "asked_again"), [(0, True), (1, True), (30, False)])
@pytest.mark.parametrize("word", ["unsure", "unknown", "Asked but unknown"])
def test_nobody_being_sure_no_earlier_than_a_no_opens_nothing(word: str, days_ago: int, asked_again: bool):
    item = "history.aneurysm"
    kept = tuple(a for a in healthy().answers if a.fact != item)
    told = (
        Answer(item, False, TODAY - timedelta(days=1)),
        Answer(item, word, TODAY - timedelta(days=days_ago)),
    )
    found = finding(judged(replace(healthy(), answers=(*kept, *told))), "MISSING-HISTORY-ANEURYSM")
    assert (found is not None) is asked_again
    assert found is None or f"answered “{word.lower()}”" in found.message


@pytest.mark.parametrize("word", ["not asked", "pending", ""])
def test_an_answer_that_nobody_gave_leaves_the_one_before(word: str):
    item = "history.aneurysm"
    answers = (*healthy().answers, Answer(item, word, TODAY))
    assert finding(judged(replace(healthy(), answers=answers)), "MISSING-HISTORY-ANEURYSM") is None
