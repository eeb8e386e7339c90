"""Which names of a clinic could be taken for each other (hazard H1).

Whether two names are alike is a pure function of them. So that nobody's page compares a name with thousands, each
patient is filed under a few keys, and only patients who share a key are compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from tenuto.clinic.people.models import NameKey, Patient

VOWELS = frozenset("aeiouy")
KEY_LENGTH = 200
ALIKE = 0.75
"""How much of two words must agree. 'Alder' and 'Elder' do, 'Alder' and 'Aspen' do not."""


def similar_patients(name: str, others: Iterable[Patient]) -> list[Patient]:
    """The patients whose name could be mistaken for `name`: as many words, each alike, in any order."""
    words = _words(name)
    return [other for other in others if words and _alike(words, _words(other.name))]


def alike(patient: Patient) -> list[Patient]:
    """The patients of the same clinic whose name could be mistaken for this one's. One query."""
    keys = name_keys(patient.name)
    filed = NameKey.objects.filter(clinic_id=patient.clinic_id, key__in=keys).exclude(patient=patient)
    return similar_patients(patient.name, Patient.objects.filter(pk__in=filed.values("patient")))


def file_name(patient: Patient) -> None:
    """File a patient under the keys of the name; call in the transaction that writes the name."""
    patient.name_keys.all().delete()
    NameKey.objects.bulk_create(
        NameKey(clinic_id=patient.clinic_id, patient=patient, key=key)
        for key in sorted(name_keys(patient.name))
    )


def name_keys(name: str) -> set[str]:
    """The consonants of a name, in sorted words, and the same with any one left out.

    Two names share a key when their consonants differ by one letter changed, added or left out; vowels, accents,
    doubled letters and the order of the words make no difference.
    """
    skeleton = " ".join(sorted(_skeleton(word) for word in _words(name)))[:KEY_LENGTH]
    return {skeleton, *(skeleton[:i] + skeleton[i + 1 :] for i in range(len(skeleton)))} - {""}


def _skeleton(word: str) -> str:
    consonants = "".join(letter for letter in word if letter not in VOWELS)
    return "".join(letter for i, letter in enumerate(consonants) if letter != consonants[i - 1 : i]) or "a"


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
        best = max(rest, key=lambda other: _agreement(word, other))
        if _agreement(word, best) < ALIKE:
            return False
        rest.remove(best)
    return True


@lru_cache(maxsize=65_536)
def _agreement(one: str, two: str) -> float:
    """How much of two words agrees, 0 to 1. The same words of names come back on page after page."""
    return SequenceMatcher(None, one, two).ratio()
