"""LOINC codes of instruments: look a code up in either direction, and check its check digit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instruments

__all__ = ["Coded", "Meaning", "answer_value", "lookup", "valid_loinc"]

_SHAPE = re.compile(r"(LA)?([0-9]{1,7})-([0-9])")

# What the letters of an answer code add to the sum, by whether the number of digits is odd. LOINC does not print the
# rule for letters; every published answer code met so far obeys this one.
_LETTERS = {0: 5, 1: 8}


class Meaning(StrEnum):
    """What a code stands for."""

    PANEL = "panel"
    TOTAL = "total"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Coded:
    """What a LOINC code means here: the instrument, and the item when it is one of an item."""

    instrument: str
    meaning: Meaning
    item: str = ""


def valid_loinc(code: str) -> bool:
    """True when a LOINC code, also of an answer (LA...), has the right shape and check digit (Mod 10)."""
    match = _SHAPE.fullmatch(code)
    if match is None:
        return False
    total = _LETTERS[len(match[2]) % 2] if match[1] else 0
    for place, digit in enumerate(reversed(match[2])):
        doubled = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return (10 - total % 10) % 10 == int(match[3])


@cache
def _table() -> Mapping[str, tuple[Coded, ...]]:
    found: dict[str, list[Coded]] = {}
    for i in instruments().values():
        own = [(i.loinc_panel, Coded(i.id, Meaning.PANEL)), (i.loinc_total, Coded(i.id, Meaning.TOTAL))]
        own += [(item.loinc, Coded(i.id, Meaning.ITEM, item.id)) for item in i.items]
        for code, coded in own:
            if code:
                found.setdefault(code, []).append(coded)
    return {code: tuple(meanings) for code, meanings in found.items()}


def lookup(code: str) -> tuple[Coded, ...]:
    """What a LOINC code means: none, one, or several where instruments share an item (PHQ-2 and PHQ-9)."""
    return _table().get(code, ())


def answer_value(instrument: Instrument, item_id: str, loinc_answer: str) -> int | None:
    """The stored value of an answer by its LOINC answer code; None when the item has no such answer."""
    options = instrument.item(item_id).options
    return next((o.value for o in options if o.loinc and o.loinc == loinc_answer), None)
