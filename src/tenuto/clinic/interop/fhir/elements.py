"""Typed access to FHIR elements. A wrong JSON type is an error with its path; an absent element is simply absent."""

from __future__ import annotations

import re
import time
from calendar import monthrange
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any

from tenuto.clinic.interop.fhir.loading import MAX_SECONDS, UnusableBundle, too_slow
from tenuto.clinic.interop.fhir.systems import short_name
from tenuto.core.intake.facts import Coding
from tenuto.core.intake.reading_report import Ending, EntryRead, ReadingReport, Unjudged, listed

__all__ = ["CUT", "MAX_TEXT", "Element", "Moment", "Remarks", "clean", "read_moment"]

MAX_TEXT = 2000
"""Longest text that is kept of one element; the beginning of a name says what it is."""

CUT = " … (cut)"
"""Ends a text that was longer."""

_KINDS = {dict: "an object", list: "a list", str: "text", Decimal: "a number", bool: "true or false"}
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?\Z",
    re.ASCII,
)


def clean(text: str) -> str:
    """The text on one line, without control characters, text-direction marks or broken characters.

    The joiners of Persian and Indic scripts stay where they stand between two letters: they belong to the word.
    """
    kept = text[:MAX_TEXT].translate(_MARKS)
    if not kept.isprintable():
        kept = "".join(
            c if c.isprintable() or _joins(kept, n) else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}"
            for n, c in enumerate(kept)
        )
    return " ".join(kept.split()) + (CUT if len(text) > MAX_TEXT else "")


_MARKS = dict.fromkeys(
    map(ord, "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}\N{SOFT HYPHEN}")
)
"""What keyboards of scripts from right to left leave beside a word, and printers inside one: seen by nobody, dropped."""
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def _joins(text: str, n: int) -> bool:
    around = text[n - 1 : n] + text[n + 1 : n + 2]
    return (
        text[n] in _JOINERS and len(around) == 2 and all(not c.isascii() and c.isprintable() for c in around)
    )


class Remarks:
    """What is said about the entries while they are read: one sentence a meaning, and how each entry ended.

    Bounded: a flood is cut and counted. `zone` is the clinic's time zone; None when it is not known, and then a day is
    the sender's own. `within` is how many seconds of the processor the reading may take from now on: what other work
    takes meanwhile is not the record's.
    """

    MOST = 100

    def __init__(self, zone: tzinfo | None = None, *, within: float = MAX_SECONDS) -> None:
        self.zone = zone
        self._within, self._until = within, time.thread_time() + within
        self.entries: list[EntryRead] = []
        self._sentences: dict[str, tuple[str, list[str]]] = {}
        self._more = 0
        self._unread: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._unjudged: dict[tuple[str, str], list[Unjudged]] = {}
        self._label, self._ending, self._why, self._said = "", Ending.NOT_NEEDED, "", ""

    def begin(self, label: str) -> None:
        """What follows is about this entry, until `close`. Raises `UnusableBundle` once the reading took too long."""
        if time.thread_time() > self._until:
            raise too_slow(self._within)
        self._label, self._ending, self._why, self._said = label, Ending.NOT_NEEDED, "", ""

    def add(self, sentence: str) -> None:
        """Keep a sentence for a person. Sentences that differ only in the entry they are about count as one."""
        self._said = self._said or sentence
        key = sentence.replace(self._label, "…") if self._label else sentence
        if key in self._sentences:
            labels = self._sentences[key][1]
            if self._label and len(labels) < _LABELS:
                labels.append(self._label)
        elif len(self._sentences) < self.MOST:
            self._sentences[key] = (sentence, [self._label] if self._label else [])
        else:
            self._more += 1

    def add_unread(self, kind: str, what: str, said: str) -> None:
        """An entry of a type that is not read, in which `what` could stand: one sentence for all of the type."""
        self._said = f"not read; {what} could stand there"
        self._unread.setdefault((kind, what), []).append((self._label, said))

    def add_unjudged(self, value: Unjudged) -> None:
        """A value that is recorded and that no rule judges: all of the record are one sentence, the entry's own words its why."""
        self._said = self._said or f"recorded and not judged: {value.words}"
        self._unjudged.setdefault((value.name, value.value if value.marked else ""), []).append(value)

    def settle(self, ending: Ending, why: str) -> None:
        """The present entry ends so, with nothing for a person to do."""
        self._ending, self._why = ending, why

    def settle_unless_said(self, ending: Ending, why: str) -> None:
        """The present entry ends so when nothing was said about it."""
        if not self._said:
            self.settle(ending, why)

    def close(self, *, used: bool = False) -> None:
        """The present entry is read: used, as settled, or else not understood when something was said about it."""
        ending, why = (Ending.USED, self._said) if used else (self._ending, self._why or self._said)
        if not used and self._said and not self._why:
            ending = Ending.NOT_UNDERSTOOD
        self.entries.append(EntryRead(self._label, ending, why))
        self.begin("")

    def end(self, label: str, ending: Ending, why: str) -> None:
        """An entry that no mapper sees."""
        self.entries.append(EntryRead(label, ending, why))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was kept, and how many more there were."""
        return self._told(_SHORT)

    def _told(self, most: int) -> tuple[str, ...]:
        more = (f"{self._more} more entries could not be used as they are.",) if self._more else ()
        kept = (_joined(sentence, labels, most) for sentence, labels in self._sentences.values())
        unread = (_unread(kind, what, these, most) for (kind, what), these in self._unread.items())
        return (*kept, *unread, *self._told_unjudged(most), *more)

    def _told_unjudged(self, most: int) -> tuple[str, ...]:
        """The values that no rule judges, in one sentence: those in words or with a mark first, then the newest."""
        groups = (max(each, key=_day) for each in self._unjudged.values())
        newest = sorted(groups, key=lambda v: (v.marked, _day(v)), reverse=True)
        if not newest:
            return ()
        shown, more = newest[: max(most, _SHOWN)], len(newest) - max(most, _SHOWN)
        values = "; ".join(value.words for value in shown) + (f"; and {more} more" if more > 0 else "")
        return (f"Recorded and not judged by this program: {values}. Read these.",)

    @property
    def report(self) -> ReadingReport:
        """Everything as one value."""
        return ReadingReport(tuple(self.entries), self.sentences, self._told(_LABELS))


_SHORT, _LABELS = 3, 1000
_SHOWN = 6
"""How many values that no rule judges stand in a sentence."""


def _day(value: Unjudged) -> date:
    return value.day or date.max


def _unread(kind: str, what: str, entries: list[tuple[str, str]], most: int) -> str:
    named = Counter(said or label for label, said in entries)
    shown = [f"{name} ({number} times)" if number > 1 else name for name, number in named.items()]
    told = "" if len(entries) == 1 and not entries[0][1] else f": {listed(shown, most=most)}"
    several = f"{len(entries)} entries of the type {kind} are" if len(entries) > 1 else f"{entries[0][0]} is"
    return f"{several} not read here, and {what} could stand there{told}. Look at it in the record."


def _joined(sentence: str, labels: list[str], most: int) -> str:
    others = [label for label in dict.fromkeys(labels) if label not in sentence]
    return f"{sentence} The same holds for {listed(others, most=most)}." if others else sentence


class Moment:
    """A FHIR date or dateTime: the earliest and latest day that it can mean, the minute and the instant when given."""

    __slots__ = ("at", "earliest", "latest", "minute")

    def __init__(self, earliest: date, latest: date, minute: str = "", at: datetime | None = None) -> None:
        self.earliest, self.latest, self.minute, self.at = earliest, latest, minute, at

    @property
    def exact(self) -> bool:
        """True when the day is given, not only its month or year."""
        return self.earliest == self.latest


def read_moment(text: str, zone: tzinfo | None = None) -> Moment | None:
    """A FHIR date, partial date or dateTime; None when it is not one.

    The day and minute are those of `zone`; without a zone, the sender's own. The offset is never dropped: the instant
    keeps it.
    """
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        earliest = date(int(year), int(month or 1), int(day or 1))
        if hour:
            return _timed(earliest, int(hour), int(minute), int(second or 0), offset or "", zone)
    except (ValueError, OverflowError):
        return None
    if day:
        return Moment(earliest, earliest)
    last_month = int(month or 12)
    return Moment(earliest, date(earliest.year, last_month, monthrange(earliest.year, last_month)[1]))


def _timed(day: date, hour: int, minute: int, second: int, offset: str, zone: tzinfo | None) -> Moment:
    # A leap second counts as the one before it.
    local = datetime(
        day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=_offset(offset) or zone
    )
    if zone is not None:
        local = local.astimezone(zone)
    return Moment(local.date(), local.date(), f"{local:%H:%M}", local if local.tzinfo else None)


def _offset(text: str) -> tzinfo | None:
    if text in ("", "Z"):
        return UTC if text else None
    hours, minutes = int(text[1:3]), int(text[4:6])
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1))


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
        found = read_moment(sent, remarks.zone)
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
