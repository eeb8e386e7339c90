"""Units by their UCUM code, for the quantities that are read: exact factors, nothing guessed."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["Unit", "UnitUnknown", "convert", "disagree", "unit"]

_ANNOTATION = re.compile(r"[./]?\{[^{}]*\}")


class UnitUnknown(ValueError):
    """A unit that is not read, or that measures something else."""


class Unit(NamedTuple):
    """A unit: what it measures, and how to reach that quantity's base unit exactly."""

    measures: str
    factor: Fraction
    offset: Fraction
    converted: bool
    """True for a unit that people mistake for the base unit (a pound for a kilogram); shown with its original."""


@cache
def _table() -> dict[str, Unit]:
    raw = tomllib.loads(Path(__file__).with_name("ucum.toml").read_text("utf-8"))
    return {
        code: Unit(
            measures,
            Fraction(entry["factor"]),
            Fraction(entry.get("offset", 0)),
            entry.get("converted", False),
        )
        for measures, units in raw.items()
        if measures != "words"
        for code, entry in units.items()
    }


def unit(code: str) -> Unit:
    """The unit for a UCUM code; annotations such as {beats} carry no meaning and are dropped.

    Raises `UnitUnknown` for a code that is not in the table.
    """
    bare = _ANNOTATION.sub("", code)
    found = _table().get(bare or "1") if code else None
    if found is None:
        raise UnitUnknown(f"the unit '{code[:40]}' is not one that is read")
    return found


def disagree(code: str, word: str) -> bool:
    """Whether the word that stands beside a code means another unit, such as `lb` beside `kg`.

    A word that is not known, or the code itself, contradicts nothing.
    """
    meant = _words_of_units().get(" ".join(word.lower().split()))
    if meant is None or not code or word == code:
        return False
    try:
        said, coded = unit(meant), unit(code)
    except UnitUnknown:
        return False
    return (said.measures, said.factor, said.offset) != (coded.measures, coded.factor, coded.offset)


@cache
def _words_of_units() -> dict[str, str]:
    raw = tomllib.loads(Path(__file__).with_name("ucum.toml").read_text("utf-8"))["words"]
    return {word: code for code, words in raw.items() for word in words}


def convert(value: Decimal, code: str, *, to: str) -> Decimal:
    """`value` of unit `code` in the unit `to`. Exact where the decimal is finite, else to 28 digits.

    Raises `UnitUnknown` when either is unknown or they measure different things.
    """
    source, target = unit(code), unit(to)
    if source.measures != target.measures:
        raise UnitUnknown(f"{code[:40]} measures {_words(source)}, {to} measures {_words(target)}")
    if source == target:
        return value
    exact = (Fraction(value) * source.factor + source.offset - target.offset) / target.factor
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _words(kind: Unit) -> str:
    return kind.measures.replace("_", " ")
