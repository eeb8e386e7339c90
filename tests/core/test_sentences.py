"""What may stand for a reason, and what may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tenuto
from tenuto.core.sentences import check_note, check_reason, is_sentence

SOURCES = Path(tenuto.__file__).parent.rglob("*.py")
OWN_RULE = re.compile(r"(?:not|len\() ?(?:\w+\.)*\w*(?:why|reason)\w*\.strip\(\)")


@pytest.mark.parametrize(
    "text", ["", "  ", "x", ".", "ok", ". .", "x y", "xx xx", "1 2", "?! ...", "\u200b x"]
)
def test_what_says_nothing_is_no_sentence(text):
    assert not is_sentence(text)


@pytest.mark.parametrize(
    "text",
    ["Interview today", " I asked. ", "Sie verneint alles.", "Besprochen: kein Plan", "Пациент отрицает"],
)
def test_two_words_are_enough(text):
    assert is_sentence(text)


def test_a_reason_is_asked_for_in_the_words_of_whoever_needs_it():
    assert check_reason("  Seen and discussed. ") == "Seen and discussed."
    with pytest.raises(ValueError, match=r"A reason is missing\. Write in a sentence why\."):
        check_reason(".")
    with pytest.raises(LookupError, match="Write why this goes on"):
        check_reason("ok", "Write why this goes on.", refused=LookupError)


@pytest.mark.parametrize("text", ["", " ", ".", "x", "1 2", "12"])
def test_a_note_has_a_word(text):
    with pytest.raises(ValueError, match="Say why in one sentence"):
        check_note(text)
    assert check_note(" Fever. ") == "Fever."


def test_nobody_has_a_rule_of_their_own_for_what_a_reason_is():
    own = {str(path): found for path in SOURCES if (found := OWN_RULE.findall(path.read_text("utf-8")))}
    assert own == {}, "ask `core.sentences.check_reason`"
    assert OWN_RULE.search("if not override.reason.strip():")
    assert OWN_RULE.search("if len(why.strip()) < 5:")
