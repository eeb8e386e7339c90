"""Units by their UCUM code, for the quantities that are read: exact factors, nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tenuto.core.data import Table, data_file

__all__ = ["Unit", "UnitUnknown", "convert", "disagree", "names_unit", "understood", "unit"]

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


@dataclass(frozen=True, slots=True)
class _Units:
    by_code: Mapping[str, Unit]
    by_word: Mapping[str, str]
    """The code that each word means."""


@data_file(Path(__file__).with_name("ucum.toml"))
def _units(file: Table) -> _Units:
    quantities = {name: file.table(name).named() for name in file.names() if name != "words"}
    return _Units(
        {
            code: _unit(measures, entry)
            for measures, units in quantities.items()
            for code, entry in units.items()
        },
        {word: code for code, words in file.lists("words").items() for word in words},
    )


def _unit(measures: str, entry: Table) -> Unit:
    return Unit(
        measures,
        Fraction(entry.text("factor")),
        Fraction(entry.text("offset", "0")),
        entry.flag("converted"),
    )


def unit(code: str) -> Unit:
    """The unit for a UCUM code; annotations such as {beats} carry no meaning and are dropped.

    Raises `UnitUnknown` for a code that is not in the table.
    """
    bare = _ANNOTATION.sub("", code)
    found = _units().by_code.get(bare or "1") if code else None
    if found is None:
        raise UnitUnknown(f"the unit '{code[:40]}' is not one that is read")
    return found


def disagree(code: str, word: str) -> bool:
    """Whether the word that stands beside a code means another unit, such as `lb` beside `kg`.

    A word that is not known, or the code itself, contradicts nothing.
    """
    meant = _units().by_word.get(" ".join(word.lower().split()))
    if meant is None or not code or word == code:
        return False
    try:
        said, coded = unit(meant), unit(code)
    except UnitUnknown:
        return False
    return (said.measures, said.factor, said.offset) != (coded.measures, coded.factor, coded.offset)


def names_unit(word: str) -> bool:
    """Whether a word is known as a unit."""
    return " ".join(word.lower().split()) in _units().by_word


def understood(code: str, word: str) -> bool:
    """Whether the word beside a code says something known: itself, another known word, or nothing."""
    return not word or word == code or word.lower() == code.lower() or names_unit(word)


def convert(value: Decimal, code: str, *, to: str) -> Decimal:
    """`value` of unit `code` in the unit `to`. Exact where the decimal is finite, else to 28 digits.

    Raises `UnitUnknown` when either is unknown or they measure different things.
    """
    source, target = unit(code), unit(to)
    if source.measures != target.measures and code == "1":
        raise UnitUnknown(f"it was sent as a plain number, and nothing says whether it is in {to}")
    if source.measures != target.measures:
        raise UnitUnknown(f"{code[:40]} measures {_words(source)}, {to} measures {_words(target)}")
    if source == target:
        return value
    exact = (Fraction(value) * source.factor + source.offset - target.offset) / target.factor
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _words(kind: Unit) -> str:
    return kind.measures.replace("_", " ")
