"""Codes and words under which the facts of the register are sent, read from `literature/terminology.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from tenuto.core.intake.facts import Coding
from tenuto.core.intake.wording import Phrases
from tenuto.core.literature import table

__all__ = ["Band", "Role", "Term", "band", "spoken_of", "stands_for_nothing", "terms"]


class Role(StrEnum):
    """What a code does for its fact."""

    RESULT = "result"
    CLOSES = "closes"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Term:
    """One code under which a fact is sent."""

    fact: str
    role: Role
    coding: Coding
    evidence: str
    source: str = ""
    kind: str = ""
    """The measured kind, for a MEASURE."""
    positive: str = "positive"
    """What a positive result answers."""


@dataclass(frozen=True, slots=True)
class Band:
    """How a number answers a yes-or-no test: negative below, positive from, neither between."""

    units: tuple[str, ...]
    """UCUM units in which the limits have the same number."""
    negative_below: Decimal
    positive_from: Decimal

    def word(self, value: Decimal) -> str:
        """`negative`, `positive`, or empty for a value that is neither."""
        return (
            "negative" if value < self.negative_below else "positive" if value >= self.positive_from else ""
        )


@cache
def terms() -> tuple[Term, ...]:
    """Every code of the table, in its order."""
    return tuple(
        Term(
            row["fact"],
            Role(row["role"]),
            Coding(row["system"], row["code"], row["display"]),
            row["evidence"],
            row.get("source", ""),
            row.get("kind", ""),
            row.get("positive", "positive"),
        )
        for row in table("terminology")["code"]
    )


@cache
def band(fact_id: str) -> Band | None:
    """How a number answers this fact; None where it doesn't."""
    row = table("terminology")["quantity"].get(fact_id)
    return row and Band(tuple(row["units"]), Decimal(row["negative_below"]), Decimal(row["positive_from"]))


@cache
def _phrases() -> Phrases:
    return Phrases(table("terminology")["words"])


def spoken_of(texts: Iterable[str]) -> frozenset[str]:
    """The facts that some words name. It never answers them: a person looks."""
    return frozenset(name for text in texts for name in _phrases().names(text))


def stands_for_nothing(codings: Iterable[Coding]) -> bool:
    """True when a code says that a list is empty or not known, and is no entry of it."""
    nothing = table("terminology")["nothing"]
    return any(coding.code in nothing.get(coding.system, ()) for coding in codings)
