"""What may stand for a reason, and what may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tenuto
from tenuto.core.sentences import (
    LONGEST_REASON,
    check_length,
    check_note,
    check_reason,
    is_sentence,
    shortened,
)

SOURCES = Path(tenuto.__file__).parent.rglob("*.py")
CUT = re.compile(
    r"(?:why|reason|note|words|text|comment)\w*(?:\.strip\(\)|\", \"\"\))?\[: ?(?:\d\d\d|LONGEST)"
)
MACHINE_CUTS = {"interop/fhir/sent.py", "interop/fhir/loading.py", "links/redaction.py"}
"""What a sender's file says, quoted in a finding, and a log."""
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


def test_a_reason_is_kept_whole_or_refused():
    whole = "word " * 99 + "ends"
    assert len(whole) <= LONGEST_REASON
    assert check_reason(f"  {whole} ") == whole
    with pytest.raises(ValueError, match=r"have 501 characters, and 500 are kept: 'Why ") as refused:
        check_reason("Why " + "x" * 497)
    assert "nothing was saved" in str(refused.value)
    with pytest.raises(KeyError, match="301 characters, and 300"):
        check_length("y" * 301, 300, refused=KeyError)


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("short", 5, "short"),
        ("two words", 8, "two wor\N{HORIZONTAL ELLIPSIS}"),
        ("one two three", 9, "one two\N{HORIZONTAL ELLIPSIS}"),
        ("onelongword", 5, "onel\N{HORIZONTAL ELLIPSIS}"),
        ("a longwordattheend", 10, "a longwor\N{HORIZONTAL ELLIPSIS}"),
    ],
)
def test_what_the_program_wrote_says_where_it_was_cut(text, longest, kept):
    assert shortened(text, longest) == kept
    assert len(kept) <= longest


def test_nobodys_words_are_cut_in_silence():
    root = Path(tenuto.__file__).parent
    cut = {
        f"{path.relative_to(root / 'clinic')}: {line.strip()}"
        for path in (root / "clinic").rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if CUT.search(line)
    }
    assert {each for each in cut if each.partition(":")[0] not in MACHINE_CUTS} == set()
