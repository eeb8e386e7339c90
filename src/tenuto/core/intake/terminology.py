"""Codes and words under which the facts of the register are sent, read from `literature/terminology.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from tenuto.core.data import Table, data_file
from tenuto.core.intake.facts import Coding
from tenuto.core.intake.wording import Mention, Phrases
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, Tag, basis_of

__all__ = [
    "AnswerBand",
    "CodeRole",
    "Term",
    "asks_for",
    "band",
    "only_a_visit",
    "pressures_told",
    "risk_told",
    "says_died",
    "signs_of",
    "spoken_of",
    "stands_for_kept_back",
    "stands_for_nothing",
    "stands_for_unknown",
    "terms",
    "treated_elsewhere",
    "treated_for",
    "under_way",
]


class CodeRole(StrEnum):
    """What a code does for its fact."""

    RESULT = "result"
    CLOSES = "closes"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Term:
    """One code under which a fact is sent."""

    fact: str
    role: CodeRole
    coding: Coding
    evidence: Tag
    source: str = ""
    kind: str = ""
    """The measured kind, for a MEASURE."""
    positive: str = "positive"
    """What a positive result answers."""


@dataclass(frozen=True, slots=True)
class AnswerBand:
    """How a number answers a yes-or-no test: negative below, positive from, neither between."""

    units: tuple[str, ...]
    """UCUM units in which the limits have the same number."""
    negative_below: Decimal
    positive_from: Decimal
    basis: Basis

    def word(self, value: Decimal) -> str:
        """`negative`, `positive`, or empty for a value that is neither."""
        return (
            "negative" if value < self.negative_below else "positive" if value >= self.positive_from else ""
        )


@dataclass(frozen=True, slots=True)
class _Register:
    terms: tuple[Term, ...]
    bands: Mapping[str, AnswerBand]
    words: Mapping[str, tuple[str, ...]]
    nothing: Mapping[str, tuple[str, ...]]
    not_known: Mapping[str, tuple[str, ...]]
    kept_back: Mapping[str, tuple[str, ...]]
    visits: tuple[str, ...]
    signs: Mapping[str, tuple[str, ...]]
    asks_for: Mapping[str, tuple[str, ...]]
    in_words: Mapping[str, tuple[str, ...]]
    died: Mapping[str, tuple[str, ...]]
    treated: Mapping[str, tuple[str, ...]]
    under_way: tuple[str, ...]
    elsewhere: tuple[str, ...]


@data_file(ROOT / "terminology.toml")
def _register(file: Table) -> _Register:
    return _Register(
        tuple(_term(row) for row in file.tables("code")),
        {fact: _band(row) for fact, row in file.table("quantity").named().items()},
        file.lists("words"),
        file.lists("nothing"),
        file.lists("not_known"),
        file.lists("kept_back"),
        file.words("visits"),
        file.lists("signs"),
        file.lists("asks_for"),
        file.lists("in_words"),
        file.lists("died"),
        file.lists("treated"),
        file.table("under_way").words("text"),
        file.table("elsewhere").words("text"),
    )


def _term(row: Table) -> Term:
    return Term(
        row.text("fact"),
        row.choice("role", CodeRole),
        Coding(row.text("system"), row.text("code"), row.text("display")),
        row.choice("evidence", Tag),
        row.text("source", ""),
        row.text("kind", ""),
        row.text("positive", "positive"),
    )


def _band(row: Table) -> AnswerBand:
    return AnswerBand(
        row.words("units"), row.number("negative_below"), row.number("positive_from"), basis_of(row)
    )


def terms() -> tuple[Term, ...]:
    """Every code of the table, in its order."""
    return _register().terms


def band(fact_id: str) -> AnswerBand | None:
    """How a number answers this fact; None where it doesn't."""
    return _register().bands.get(fact_id)


_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def only_a_visit(codings: Iterable[Coding]) -> bool:
    """True when an ICD-10 code says why somebody came, such as for an examination, and names no disease."""
    codes = [c.code.replace(".", "").upper() for c in codings if c.system in ("icd10cm", "icd10")]
    return bool(codes) and all(code.startswith(_register().visits) for code in codes)


@cache
def _phrases() -> Phrases:
    return Phrases(_register().words)


def spoken_of(texts: Iterable[str]) -> frozenset[str]:
    """The facts that some words name. It never answers them: a person looks."""
    return frozenset(name for text in texts for name in _phrases().names(text))


def signs_of(codings: Iterable[Coding]) -> frozenset[str]:
    """The facts that an Observation under one of these codes speaks for."""
    codes = {coding.code for coding in codings if coding.system == "loinc"}
    return frozenset(name for name, listed in _register().signs.items() if codes.intersection(listed))


def risk_told(text: str, *, denied: bool = False) -> frozenset[str]:
    """The facts of harm to come that some words state or leave open: thoughts of suicide, ketamine outside treatment.

    With `denied`, those too that the words deny: a goal of no such thoughts says that there were some.
    """
    said = _phrases().mentions(_SIGNED.sub("positive for si", text))
    least = Mention.DENIED if denied else Mention.UNCERTAIN
    return frozenset(name for name, mention in said.items() if name in _RISKS and mention >= least)


_SIGNED = re.compile(r"\+\s?SI\b|\bSI\s*[:=-]\s*(yes|present|positive|active|passive|\+)", re.IGNORECASE)
"""How notes write suicidal ideation with a sign or a yes behind it."""
_RISKS = frozenset(("suicide.screen", "ketamine_misuse"))


def asks_for(codings: Iterable[Coding], texts: Iterable[str]) -> frozenset[str]:
    """The facts that are due where an Observation is under these codes or called so, such as a last menstrual period."""
    codes = {f"{coding.system}|{coding.code}" for coding in codings}
    named = _due().names(" ; ".join(texts))
    listed = {
        fact for fact, known in _register().asks_for.items() if fact != "words" and codes.intersection(known)
    }
    return frozenset(listed | named)


@cache
def _due() -> Phrases:
    return Phrases({"pregnancy.test": _register().asks_for["words"]})


def says_died(codings: Iterable[Coding], text: str = "") -> bool:
    """True when a code, or the whole text, says that the person has died; a date may follow the words."""
    short = text if len(text) <= _SHORT else ""
    said = _DATED.sub("", " ".join(short.casefold().strip(" .").split()))
    return said in _register().died["text"] or any(
        coding.code in _register().died.get(coding.system, ()) for coding in codings
    )


_SHORT = 80
"""Characters of a text that may be no more than such words and a date."""
_DATED = re.compile(r",? (on |am )?(\w+ )?\d{1,4}\b.*\Z")


@cache
def _treatments() -> Phrases:
    return Phrases(_register().treated)


def treated_for(text: str, *, denied: bool = False) -> frozenset[str]:
    """The rules for which some words say that the person is or was treated, such as a detoxification, without a diagnosis.

    With `denied`, those too that the words deny, as in `risk_told`.
    """
    least = Mention.DENIED if denied else Mention.UNCERTAIN
    return frozenset(name for name, mention in _treatments().mentions(text).items() if mention >= least)


@cache
def _under_way() -> Phrases:
    return Phrases({"care": _register().under_way})


def under_way(text: str) -> bool:
    """Whether words call an episode of care one of psychiatry, a hospital or addiction."""
    return bool(_under_way().names(text))


@cache
def _elsewhere() -> Phrases:
    return Phrases({"treatment": _register().elsewhere})


def treated_elsewhere(text: str) -> bool:
    """Whether words name a treatment that must agree with this one, such as ECT, ketamine elsewhere or a hospice; a denial does not."""
    return _elsewhere().mentions(text).get("treatment", Mention.DENIED) > Mention.DENIED


_PAIR = re.compile(r"(?<![\d/.,])(\d{2,3})\s*/\s*(\d{2,3})(?![\d/])(?![.,]\d)")
_ALONE = re.compile(r"\d{2,3}\s*/\s*\d{2,3}\s*(mm\s?\[?hg\]?)?\Z", re.IGNORECASE)


def pressures_told(text: str, *, about: bool = False) -> tuple[str, ...]:
    """The blood pressures that words name, such as `200/120`; empty where they name none.

    Two numbers are one only where the text speaks of a pressure, is nothing else, or is `about` one.
    """
    if not (about or _ALONE.match(text.strip()) or "blood_pressure" in spoken_of((text,))):
        return ()
    limits = _register().in_words
    lowest, highest = map(int, limits["systolic"])
    least, most = map(int, limits["diastolic"])
    return tuple(
        f"{upper}/{lower}"
        for upper, lower in _PAIR.findall(text)
        if lowest <= int(upper) <= highest and least <= int(lower) <= most and int(lower) < int(upper)
    )


def stands_for_nothing(codings: Iterable[Coding], text: str = "") -> bool:
    """True when a code, or the whole text beside no code, says that a list is empty, and is no entry of it."""
    return _stands(_register().nothing, tuple(codings), text)


def stands_for_unknown(codings: Iterable[Coding], text: str = "") -> bool:
    """True when a code, or the whole text beside no code, says that nobody knows: that is not "none"."""
    codings = tuple(codings)
    return not stands_for_nothing(codings, text) and _stands(_register().not_known, codings, text)


def stands_for_kept_back(codings: Iterable[Coding]) -> bool:
    """True when a code says that something is there and is not shown."""
    return _stands(_register().kept_back, tuple(codings), "")


def _stands(listed: Mapping[str, tuple[str, ...]], codings: Sequence[Coding], text: str) -> bool:
    said = " ".join(text.casefold().replace("(", " ").replace(")", " ").strip(" .").split())
    named = [coding for coding in codings if coding.system != _ABSENT]
    if not named and said in listed.get("text", ()):
        return True
    return any(coding.code in listed.get(coding.system, ()) for coding in codings)
