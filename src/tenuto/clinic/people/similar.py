"""Which names of a clinic could be taken for each other (hazard H1). Pure functions of names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from tenuto.clinic.people.models import Patient

ALIKE = 0.75
"""How much of two words must agree. 'Alder' and 'Elder' do, 'Alder' and 'Aspen' do not."""


def similar_patients(name: str, others: Iterable[Patient]) -> list[Patient]:
    """The patients whose name could be mistaken for `name`: as many words, each alike, in any order."""
    words = _words(name)
    return [other for other in others if words and _alike(words, _words(other.name))]


def _words(name: str) -> Sequence[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        letter if letter.isalpha() else " " for letter in plain if not unicodedata.combining(letter)
    )
    return sorted(letters.split())


def _alike(one: Sequence[str], two: Sequence[str]) -> bool:
    if len(one) != len(two):
        return False
    rest = list(two)
    for word in one:
        best = max(rest, key=lambda other: SequenceMatcher(None, word, other).ratio())
        if SequenceMatcher(None, word, best).ratio() < ALIKE:
            return False
        rest.remove(best)
    return True
