"""Observations of kinds that are not asked for: which of them say nothing, and what the others say, by name and value."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tenuto.clinic.interop.fhir import tables
from tenuto.clinic.interop.fhir.elements import Element, clean
from tenuto.core.data import Table, data_file
from tenuto.core.intake.reading_report import Unjudged
from tenuto.core.intake.terminology import spoken_of, stands_for_nothing
from tenuto.core.units import plain

__all__ = ["fact_named", "named_otherwise", "said_of", "unjudged"]

_SAYS_NONE = frozenset(("no", "negative", "normal"))
_NO_CAN_CLOSE = frozenset(("capacity",))
"""Facts of which a no is what closes."""


@dataclass(frozen=True, slots=True)
class _Harmless:
    codes: frozenset[tuple[str, str]]
    names: Mapping[str, str]
    others: frozenset[str]


@data_file(Path(__file__).with_name("harmless.toml"))
def _table(file: Table) -> _Harmless:
    codes = [(system, code) for system in ("loinc", "snomed") for code in file.words(system)]
    return _Harmless(
        frozenset(codes),
        {name: fact for fact, names in file.lists("names").items() for name in names},
        frozenset(file.words("others")),
    )


def fact_named(part: Element) -> str:
    """The id of the measured fact whose whole name a part bears, without a code of it; empty for any other."""
    keys = map(_key, _names_of(part))
    return next((_table().names[key] for key in keys if key in _table().names), "")


def named_otherwise(part: Element, fact_id: str) -> str:
    """The name by which a value under a code of a fact is of another one, such as “Body height” beside a code of the weight."""
    for name in _names_of(part):
        key = _key(name)
        said = _table().names.get(key, "")
        # The enzymes of the liver are one fact in names, and two in the register.
        if key in _table().others or (said and said.split("_")[0] != fact_id.split("_")[0]):
            return name
    return ""


def _names_of(part: Element) -> tuple[str, ...]:
    codings, text = part.codings("code")
    return (text, *(coding.display for coding in codings))


def _key(name: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


def unjudged(observation: Element, day: date | None, said: Container[int]) -> Iterator[Unjudged]:
    """Every part of an Observation that no rule reads and that says something; not those `said` already, by identity."""
    for part in (observation, *observation.all("component")):
        if tables.rule_for(part.codings("code")[0]) is None and id(part.raw) not in said:
            value = said_of(part)
            whole = part is observation and not observation.has("component")
            if (value or whole) and not _says_nothing(part, whole=whole):
                yield Unjudged(_name(part), value or "without a value", day, marked=_is_marked(part))


def _name(part: Element) -> str:
    codings, text = part.codings("code")
    return (text or next((c.display or c.code for c in codings), "") or "Without a name")[:60]


def said_of(part: Element) -> str:
    """The values of a part in words, with the laboratory's mark where it says that one is not normal."""
    values = [_in_words(value) for name, value in part.raw.items() if name.startswith("value")]
    marks = [text or next((c.code for c in codes), "") for codes, text in _interpretations(part)]
    flags = [mark for mark in marks if mark and mark not in values]
    shown = " and ".join(filter(None, values))
    return f"{shown} ({', '.join(flags)})" if shown and flags else shown or ", ".join(flags)


def _in_words(sent: Any) -> str:
    """A value of any type in words, as it was sent."""
    if isinstance(sent, bool):
        return "yes" if sent else "no"
    if isinstance(sent, Decimal):
        return plain(sent)
    if isinstance(sent, str):
        return clean(sent)[:80]
    if isinstance(sent, list):
        return ", ".join(filter(None, map(_in_words, sent)))[:80]
    if not isinstance(sent, dict):
        return ""
    element = Element(sent, "")
    if isinstance(sent.get("value"), Decimal):
        unit = element.text("unit") or element.text("code")
        return f"{element.text('comparator')}{plain(sent['value'])} {unit}".strip()
    codings, text = element.concept()
    words = text or next((c.display or c.code for c in codings), "")
    return (words or ", ".join(filter(None, map(_in_words, sent.values()))))[:80]


def _interpretations(part: Element) -> list[tuple[tuple[Any, ...], str]]:
    return [each.concept() for each in part.all("interpretation")]


def _meant(part: Element) -> set[str | int | None]:
    """What the answers of a part mean, of the words that are known; None for any other."""
    codes, text = part.codings("valueCodeableConcept")
    words = [word for word in (text, part.text("valueString")) if word]
    coded = {tables.word(code) for code in codes} - {None}
    return coded or {tables.answer_word(word) or None for word in words}


def _flags(part: Element) -> set[str | int | None]:
    return {tables.word(code) for codes, _ in _interpretations(part) for code in codes}


def _is_marked(part: Element) -> bool:
    """Whether it is more than a bare number: words, a yes, or the laboratory's mark."""
    bare = part.has("valueQuantity") or part.has("valueInteger")
    return not bare or bool(_flags(part) - {"normal", "negative"})


def _says_nothing(part: Element, *, whole: bool) -> bool:
    """Whether it says nothing: a kind that is harmless, the head of a panel, a value that is normal or no."""
    codes, name = part.codings("code")
    if any((code.system, code.code) in _table().codes for code in codes) or part.has("dataAbsentReason"):
        return True
    if whole and part.has("hasMember") and not said_of(part):
        return True
    values = part.codings("valueCodeableConcept")
    if stands_for_nothing((*codes, *values[0]), values[1] or part.text("valueString")):
        return True
    flags, inside = _flags(part), _in_its_range(part)
    if flags - {"normal", "negative"} or inside is False:
        return False
    if spoken_of((name, *(code.display for code in codes))) & _NO_CAN_CLOSE:
        return False
    meant, number = _meant(part), _number(part)
    if part.flag("valueBoolean") is True or meant - _SAYS_NONE:
        return False
    return bool(
        meant or flags or inside or part.flag("valueBoolean") is False or (number == 0 and _is_score(part))
    )


def _number(part: Element) -> Decimal | None:
    quantity = part.one("valueQuantity")
    return quantity.number("value") if quantity else part.number("valueInteger")


def _is_score(part: Element) -> bool:
    quantity = part.one("valueQuantity")
    unit = (quantity.text("code") or quantity.text("unit")) if quantity else ""
    return not unit or unit == "1" or unit.startswith("{") or unit == "score"


def _in_its_range(part: Element) -> bool | None:
    """Whether a number lies within the only range that was sent with it, in its unit; None where nobody can tell."""
    number, ranges = _number(part), part.all("referenceRange")
    if number is None or len(ranges) != 1 or (q := part.one("valueQuantity")) is None:
        return None
    low, high = ranges[0].one("low"), ranges[0].one("high")
    limits = [each for each in (low, high) if each is not None]
    if not limits or any(_unit(each) not in ("", _unit(q)) for each in limits) or q.text("comparator"):
        return None
    least, most = (each.number("value") if each else None for each in (low, high))
    if least is None and most is None:
        return None
    return (least is None or number >= least) and (most is None or number <= most)


def _unit(quantity: Element) -> str:
    return quantity.text("code") or quantity.text("unit")
