"""What may stand for a reason, and what may not."""

from __future__ import annotations

import pytest

from tenuto.core.sentences import is_sentence


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
