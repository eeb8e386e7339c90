"""Signs of somebody who is ill now and that are no fact of the register: breathing, temperature, consciousness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tenuto.core.data import Table, data_file
from tenuto.core.intake.facts import Coding
from tenuto.core.intake.wording import Phrases
from tenuto.core.literature import ROOT

__all__ = ["SignOfNow", "days_that_count", "sign_of"]


@dataclass(frozen=True, slots=True)
class SignOfNow:
    """One sign: how it is called, and what is no reason to look."""

    title: str
    loinc: frozenset[str]
    words: Phrases
    low: Decimal | None
    high: Decimal | None
    unit: str
    """The UCUM unit of the bounds; empty for a score."""
    normal: frozenset[str]

    def is_normal(self, value: Decimal | str) -> bool:
        """Whether a number lies within the bounds, or a word is one of health."""
        if isinstance(value, str):
            return " ".join(value.casefold().strip(" .").split()) in self.normal
        return self.low is None or self.high is None or self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class _Register:
    days: int
    signs: tuple[SignOfNow, ...]


@data_file(ROOT / "signs_of_now.toml")
def _register(file: Table) -> _Register:
    signs = file.table("sign").named()
    return _Register(file.whole("days"), tuple(map(_sign, signs.values())))


def _sign(row: Table) -> SignOfNow:
    return SignOfNow(
        row.text("title"),
        frozenset(row.words("loinc")),
        Phrases({"sign": row.words("words", ()), "apart": row.words("apart", ())}),
        row.number("low") if row.has("low") else None,
        row.number("high") if row.has("high") else None,
        row.text("unit", ""),
        frozenset(row.words("normal", ())),
    )


def days_that_count() -> int:
    """For how many days a sign asks whether it is over."""
    return _register().days


def sign_of(codings: Iterable[Coding], names: Iterable[str]) -> SignOfNow | None:
    """The sign that a code, else a name, is of; None for any other."""
    codes = {coding.code for coding in codings if coding.system == "loinc"}
    told = " ; ".join(names)
    coded = next((sign for sign in _register().signs if sign.loinc & codes), None)
    return coded or next((sign for sign in _register().signs if sign.words.names(told) == {"sign"}), None)
