"""Names and numbers as people write them: which are the same, which could be one person's, what a search finds.

What is on record stays as it was written. Compared and searched is a folded form, without what keyboards, countries and
printers change: case, accents, apostrophes, half-spaces, widths, forms of one letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

__all__ = [
    "agreement",
    "could_be_one",
    "folded",
    "number_key",
    "same_name",
    "search_text",
    "share_a_word",
    "words",
]

ALIKE = 0.75
"""How much of two words must agree. 'Alder' and 'Elder' do, 'Alder' and 'Aspen' do not."""

_LETTERS = str.maketrans(
    # Letters that Unicode does not take apart.
    dict(zip("øłđðæœıəŋ", "olddaoien", strict=True))
    # One letter, written by Arabic, Persian and Urdu keyboards.
    | dict(zip("یىےکةۀہھٱ", "يييكهههها", strict=True))
    | {"þ": "th"}
    # Marks inside a word, and what stands for them.
    | dict.fromkeys("'’‘ʼʻ`´ʹ＇׳՚ـ·", "")
)
_UMLAUT = re.compile("([aou])e+")
"""`ae` for `ä`. Every `e` of a row goes, so that what was folded once folds to itself."""
_KATAKANA, _HIRAGANA = range(0x30A1, 0x30F7), 0x60


def folded(text: str) -> str:
    """Words and digits in one writing, one space between them. Digits of every script are 0 to 9."""
    letters = "".join(map(_plain, unicodedata.normalize("NFKD", text.casefold())))
    plain = " ".join(letters.translate(_LETTERS).casefold().split())
    return _UMLAUT.sub(r"\1", plain)


def _plain(letter: str) -> str:
    kind = unicodedata.category(letter)
    if unicodedata.combining(letter) or kind in ("Mn", "Me", "Cf"):
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(letter))
    if ord(letter) in _KATAKANA:
        return chr(ord(letter) - _HIRAGANA)
    return letter if kind[0] in "LNM" or letter.translate(_LETTERS) == "" else " "


def words(text: str) -> Sequence[str]:
    """The folded words, sorted: the order of given and family name differs between countries."""
    return sorted(folded(text).split())


def number_key(number: str) -> str:
    """A number without the spaces, dashes and case it is printed in: '943 476 5919' is '9434765919'."""
    return folded(number).replace(" ", "")


def search_text(parts: Sequence[str]) -> str:
    """What a search looks in: every word folded, and each part once more without its gaps."""
    plain = [folded(part) for part in parts if part]
    return " ".join([*plain, *(part.replace(" ", "") for part in plain if " " in part)])


def could_be_one(one: str, two: str) -> bool:
    """Whether both can be names of one person: every word of the shorter is alike one of the longer.

    A single word agrees with a single word only: a surname alone is also the twin's. Words with a digit, such as
    'Third' written as '3rd', agree only when they are the same.
    """
    short, long = sorted((words(one), words(two)), key=len)
    if not short or (len(short) == 1 and len(long) > 1):
        return False
    return all(any(agreement(word, other) >= ALIKE for other in long) for word in short)


def same_name(one: str, two: str) -> bool:
    """Whether two names are the same words, in any order and writing. Without a letter or digit they are compared as written."""
    return words(one) == words(two) if words(one) else one.strip() == two.strip()


def share_a_word(one: str, two: str) -> bool:
    """Whether two names have a whole word in common, as those of twins and spouses have."""
    return bool(set(words(one)) & set(words(two)))


@lru_cache(maxsize=65_536)
def agreement(one: str, two: str) -> float:
    """How much of two folded words agrees, 0 to 1. The same words of names come back on page after page."""
    if one != two and any(letter.isdigit() for letter in one + two):
        return 0.0
    return SequenceMatcher(None, one, two).ratio()
