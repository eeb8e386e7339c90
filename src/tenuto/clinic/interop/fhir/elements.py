"""Typed access to FHIR elements. A wrong JSON type is an error with its path; an absent element is simply absent."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from tenuto.clinic.interop.fhir.loading import UnusableBundle
from tenuto.clinic.interop.fhir.systems import short_name
from tenuto.core.intake.facts import Coding

__all__ = ["CUT", "MAX_TEXT", "Element", "Moment", "Remarks", "clean", "read_moment"]

MAX_TEXT = 2000
"""Longest text that is kept of one element; the beginning of a name says what it is."""

CUT = " … (cut)"
"""Ends a text that was longer."""

_KINDS = {dict: "an object", list: "a list", str: "text", Decimal: "a number", bool: "true or false"}
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?\Z", re.ASCII
)


def clean(text: str) -> str:
    """The text on one line, without control characters, text-direction marks or broken characters."""
    kept = text[:MAX_TEXT]
    if not kept.isprintable():
        kept = "".join(
            c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in kept
        )
    return " ".join(kept.split()) + (CUT if len(text) > MAX_TEXT else "")


class Remarks:
    """Sentences about entries that could not be used as they are. Bounded: a flood is cut and counted."""

    MOST = 100

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self._more = 0

    def add(self, sentence: str) -> None:
        """Keep a sentence, once."""
        if sentence in self._sentences:
            return
        if len(self._sentences) < self.MOST:
            self._sentences[sentence] = None
        else:
            self._more += 1

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was kept, and how many more there were."""
        more = (f"{self._more} more entries could not be used as they are.",) if self._more else ()
        return (*self._sentences, *more)


class Moment:
    """A FHIR date or dateTime: the earliest and latest day that it can mean, and the minute when given."""

    __slots__ = ("earliest", "latest", "minute")

    def __init__(self, earliest: date, latest: date, minute: str = "") -> None:
        self.earliest, self.latest, self.minute = earliest, latest, minute

    @property
    def exact(self) -> bool:
        """True when the day is given, not only its month or year."""
        return self.earliest == self.latest


def read_moment(text: str) -> Moment | None:
    """A FHIR date, partial date or dateTime; None when it is not one. The day is the sender's local day."""
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day, hour, minute = match.groups()
    try:
        earliest = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return Moment(earliest, earliest, f"{hour}:{minute}" if hour else "")
    last_month = int(month or 12)
    return Moment(earliest, date(earliest.year, last_month, monthrange(earliest.year, last_month)[1]))


class Element:
    """One JSON object of a resource, with the path at which it stands."""

    __slots__ = ("raw", "where")

    def __init__(self, raw: dict[str, Any], where: str) -> None:
        self.raw, self.where = raw, where

    def has(self, name: str) -> bool:
        """True when something is sent under `name`."""
        return self.raw.get(name) is not None

    def text(self, name: str) -> str:
        """The cleaned text under `name`, or empty."""
        value = self._typed(name, str)
        return "" if value is None else clean(value)

    def texts(self, name: str) -> list[str]:
        """The cleaned texts of a list; gaps are left out."""
        return [clean(self._checked(f"{name}[{i}]", v, str)) for i, v in self._listed(name)]

    def number(self, name: str) -> Decimal | None:
        """The exact number under `name`, or None."""
        value = self._typed(name, Decimal)
        return None if value is None else Decimal(value)

    def flag(self, name: str) -> bool | None:
        """True or false under `name`, or None."""
        value = self._typed(name, bool)
        return None if value is None else bool(value)

    def one(self, name: str) -> Element | None:
        """The object under `name`, or None."""
        value = self._typed(name, dict)
        return None if value is None else Element(value, f"{self.where}.{name}")

    def all(self, name: str) -> list[Element]:
        """The objects of a list; gaps are left out."""
        return [
            Element(self._checked(f"{name}[{i}]", v, dict), f"{self.where}.{name}[{i}]")
            for i, v in self._listed(name)
        ]

    def moment(self, name: str, remarks: Remarks) -> Moment | None:
        """The date under `name`; one that is not a date is remarked on and counts as absent."""
        sent = self.text(name)
        if not sent:
            return None
        found = read_moment(sent)
        if found is None:
            remarks.add(
                f"{self.where}: '{sent[:40]}' is not a date; taken as not dated. Write it as YYYY-MM-DD."
            )
        return found

    def codings(self, name: str) -> tuple[tuple[Coding, ...], str]:
        """The codes and the best text of the CodeableConcept under `name`.

        A plain string or a lone Coding, as older senders write, is read too.
        """
        sent = self.raw.get(name)
        if isinstance(sent, str):
            return (Coding("", clean(sent)),), clean(sent)
        concept = self.one(name)
        return concept.concept() if concept else ((), "")

    def concept(self) -> tuple[tuple[Coding, ...], str]:
        """This object read as a CodeableConcept (or a lone Coding): its codes and its best text."""
        parts = self.all("coding") if self.has("coding") else [self] if self.has("code") else []
        codes = tuple(part.coding() for part in parts)
        found = tuple(c for c in codes if c.code or c.display)
        text = self.text("text") or next((c.display for c in found if c.display), "")
        return found, text

    def coding(self) -> Coding:
        """This object read as a Coding."""
        return Coding(short_name(self.text("system")), self.text("code"), self.text("display"))

    def status(self, name: str) -> str:
        """A status sent as a CodeableConcept or as a bare code, in lower case; empty when absent."""
        codes, text = self.codings(name)
        return next((c.code for c in codes if c.code), text).lower()

    def _typed(self, name: str, kind: type) -> Any:
        value = self.raw.get(name)
        return None if value is None else self._checked(name, value, kind)

    def _listed(self, name: str) -> list[tuple[int, Any]]:
        value = self.raw.get(name)
        if value is None:
            return []
        listed: list[Any] = self._checked(name, value, list)
        return [(i, v) for i, v in enumerate(listed) if v is not None]

    def _checked(self, name: str, value: Any, kind: type) -> Any:
        if isinstance(value, kind):
            return value
        raise UnusableBundle(
            f"{self.where}.{name} must be {_KINDS[kind]} but is {_KINDS.get(type(value), 'something else')}. "
            "Correct it in the sending system and export again."
        )
