"""Reads the whole chain, and every row that it speaks for, and says in sentences what does not fit.

It trusts nothing in the database: rows are read as the driver gives them, not through the models. It reads in one pass
with bounded memory; digests wait in a temporary database of their own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.apps import apps

from tenuto.clinic.ledger import anchor, chain
from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.ledger.canonical import digest, texts_of
from tenuto.clinic.ledger.derived import derived_differences
from tenuto.clinic.ledger.integrity import damage
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.raw import key_column, raw_rows
from tenuto.clinic.ledger.rotation import read_turns
from tenuto.clinic.ledger.sealed_check import unfit_rows

__all__ = ["ChainFinding", "Report", "rows_of_new_events", "verify"]

SOME = 500
"""Keys in one question to the database."""


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """One thing that does not fit: which row, and a sentence about it."""

    row: str
    sentence: str


@dataclass(slots=True)
class Report:
    """What was looked at, filled while `verify` runs."""

    events: int = 0
    rows: int = 0
    last: int = 0
    head: str = chain.GENESIS
    at: str = ""
    set_back: list[int] = field(default_factory=list)
    """The events before which the clock went back. No finding: clocks do, and the order of events does not follow them."""

    def count_row(self) -> None:
        """One more row was read."""
        self.rows += 1

    def note_time(self, number: int, at: str) -> None:
        """Compare when an event was recorded with the one before."""
        if at < self.at and _went_back(self.at, at):
            self.set_back.append(number)
        self.at = at


def _went_back(before: str, now: str) -> bool:
    try:
        return datetime.fromisoformat(before) - datetime.fromisoformat(now) > anchor.CLOCK_TOLERANCE
    except (ValueError, TypeError):  # no moment at all, which the event's mac has told
        return False


def verify(report: Report, *, noted: tuple[int, str] | None = None) -> Iterator[ChainFinding]:
    """Yield the findings as they are met; the chain is whole when there are none. `report` counts along.

    `noted` is the number and mac of an event that somebody wrote down elsewhere.
    """
    whole = True
    for finding in _recorded(report, noted):
        whole = False
        yield finding
    if whole:  # what is worked out can only be compared with facts that stand
        for label, sentence in derived_differences():
            yield ChainFinding(label, sentence)


def _recorded(report: Report, noted: tuple[int, str] | None) -> Iterator[ChainFinding]:
    yield from (ChainFinding("database", sentence) for sentence in damage())
    known = _Known(noted)
    with closing(_Digests()) as digests:
        yield from _events(report, digests, known)
        yield from known.against(report.last)
        for model in _tables():
            yield from _table(model, report, digests)
        # Rows that were written while this ran have their events behind where the first pass ended.
        digests.late = True
        yield from _events(report, digests, known)
        yield from digests.left_over()
    for unfit in unfit_rows(report.count_row):
        yield ChainFinding(f"{unfit.model._meta.label_lower} {unfit.row}", unfit.sentence)


def rows_of_new_events(
    report: Report, given: Callable[[str, list[str]], Iterator[dict[str, Any]]]
) -> Iterator[ChainFinding]:
    """The same for the events after `report.last`, and the rows that these speak for.

    `given` returns the rows of a table with these keys, as the driver gives them.
    """
    known = _Known(None)
    with closing(_Digests()) as digests:
        yield from _events(report, digests, known)
        yield from known.against(report.last)
        tables = {model._meta.label_lower: model for model in _tables()}
        for label, keys in digests.waiting():
            if label in tables:
                yield from _compare(tables[label], given(label, keys), report, digests)
        yield from digests.left_over()


def _events(report: Report, digests: _Digests, known: _Known) -> Iterator[ChainFinding]:
    for raw in raw_rows(AuditEvent, after=report.last):
        report.events += 1
        number, last = raw["number"], report.last
        if not isinstance(number, int) or number <= last:
            yield ChainFinding(
                f"event {number}", f"An event carries the number {number!r}, which is not its own."
            )
            continue
        if number > last + 1:
            gap = anchor.span(last + 1, number - 1)
            yield ChainFinding(gap, f"{gap.capitalize()} missing: deleted or renumbered.")
        texts = texts_of(AuditEvent, raw)
        follows = texts.get("previous") == report.head
        if not known.turns.sealed(texts, number):
            yield ChainFinding(f"event {number}", _changed(number, raw, follows=follows))
        elif not follows and number == last + 1:
            sentence = (
                f"Event {number} does not follow event {last}: they were put in another order or replaced."
            )
            yield ChainFinding(f"event {number}", sentence)
        report.note_time(number, texts.get("recorded_at", ""))
        # Also of an event that was changed: that its rows are unknown as well would only be noise.
        digests.add(number, raw["rows_json"])
        report.last, report.head = number, str(raw["mac"])
        known.see(number, report.head)


def _changed(number: int, raw: Mapping[str, Any], *, follows: bool) -> str:
    what = f"{raw['action']!s:.40} by {raw['by_name']!s:.40}"
    if follows:
        return f"Event {number} ({what}) was changed after it was written."
    return f"Event {number} ({what}) is not what was written there: it was exchanged with another or changed."


def _table(model: type[AppendOnly], report: Report, digests: _Digests) -> Iterator[ChainFinding]:
    yield from _compare(model, raw_rows(model), report, digests)


def _compare(
    model: type[AppendOnly], found: Iterable[dict[str, Any]], report: Report, digests: _Digests
) -> Iterator[ChainFinding]:
    label, key = model._meta.label_lower, key_column(model)
    for raw in found:
        report.rows += 1
        texts = texts_of(model, raw)
        row = texts.get(key, "")
        match, event = digests.take(label, row, digest(label, texts))
        if match is RowMatch.DIFFERS:
            yield ChainFinding(f"{label} {row}", f"Row {row} of {label} was changed after it was written.")
        elif match is RowMatch.SAME and raw.get("event_number", event) != event:
            said = raw["event_number"]
            sentence = f"Row {row} of {label} says that it was written with event {said}; event {event} speaks for it."
            yield ChainFinding(f"{label} {row}", sentence)


def _tables() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly) and model is not AuditEvent]


class _Known:
    """What is known from outside the database: the anchors, and perhaps a note."""

    def __init__(self, noted: tuple[int, str] | None) -> None:
        self._wrong: list[ChainFinding] = []
        self._expected = {"the note": noted} if noted else {}
        self._missing: list[str] = []
        self.turns = read_turns()
        for store in anchor.stores():
            self._read(store)

    def _read(self, store: anchor.AnchorStore) -> None:
        try:
            found = store.read()
        except OSError as error:
            self._wrong.append(
                ChainFinding("anchor", f"{store.name.capitalize()} can't be read: {error.strerror or error}.")
            )
            return
        if found is None:
            self._missing.append(store.name)
        elif not found.genuine:
            sentence = f"{store.name.capitalize()} was not written with this server's key, or was changed."
            self._wrong.append(ChainFinding("anchor", sentence))
        elif found.number:
            self._expected[store.name] = (found.number, found.mac)

    def see(self, number: int, mac: str) -> None:
        """Compare an event with what is known of it."""
        for where, (known, expected) in self._expected.items():
            if known == number and mac != expected:
                sentence = f"Event {number} is not the one that {where} knows: it was replaced."
                self._wrong.append(ChainFinding(f"event {number}", sentence))

    def against(self, last: int) -> Iterator[ChainFinding]:
        """What does not fit, once the chain was read to its end."""
        yield from self._wrong
        if missing := self.turns.missing():
            sentence = (
                f"The events up to {missing} were sealed with a key that is not given, so they can't be checked. "
                "Put it into TENUTO_LEDGER_KEY_FALLBACKS."
            )
            yield ChainFinding("key", sentence)
        for where, (number, _) in self._expected.items():
            if number > last:
                cut = anchor.span(last + 1, number)
                sentence = f"The chain ends at event {last}, but {where} knows event {number}: {cut} cut off."
                yield ChainFinding(cut, sentence)
        for where in self._missing if last else ():
            sentence = (
                f"{where.capitalize()} is missing, so a cut tail can't be ruled out. Find it or give --noted."
            )
            yield ChainFinding("anchor", sentence)


class RowMatch(Enum):
    """How a row compares with what the chain says of it."""

    SAME = 1
    DIFFERS = 2
    UNKNOWN = 3


class _Digests:
    """What the chain says of rows, until the rows turn up. On disk, so that memory does not grow with the years."""

    def __init__(self) -> None:
        self.late = False
        self._store = sqlite3.connect("")
        self._store.execute(
            "CREATE TABLE sealed (label, row, digest, event, PRIMARY KEY (label, row)) WITHOUT ROWID"
        )
        self._store.execute("CREATE TABLE strays (label, row, digest)")

    def add(self, event: int, rows_json: Any) -> None:
        """Keep what one event says about the rows it speaks for; a late event only speaks for strays."""
        for label, row, made in _readable(rows_json):
            if self.late:
                self._store.execute(
                    "DELETE FROM strays WHERE (label, row, digest) = (?, ?, ?)", (label, row, made)
                )
            else:
                self._store.execute(
                    "INSERT OR IGNORE INTO sealed VALUES (?, ?, ?, ?)", (label, row, made, event)
                )

    def take(self, label: str, row: str, made: str) -> tuple[RowMatch, int]:
        """Compare a row, and say which event speaks for it; one that the chain does not know yet is kept as a stray."""
        key = (label, row)
        found = self._store.execute(
            "SELECT digest, event FROM sealed WHERE (label, row) = (?, ?)", key
        ).fetchone()
        if found is None:
            self._store.execute("INSERT INTO strays VALUES (?, ?, ?)", (label, row, made))
            return RowMatch.UNKNOWN, 0
        self._store.execute("DELETE FROM sealed WHERE (label, row) = (?, ?)", key)
        return RowMatch.SAME if found[0] == made else RowMatch.DIFFERS, int(found[1])

    def waiting(self) -> Iterator[tuple[str, list[str]]]:
        """The tables and keys of the rows that have not turned up yet, some at a time."""
        every = self._store.execute("SELECT label, row FROM sealed ORDER BY label, row").fetchall()
        for label, rows in groupby(every, key=itemgetter(0)):
            keys = [str(row) for _, row in rows]
            yield from ((str(label), keys[start : start + SOME]) for start in range(0, len(keys), SOME))

    def left_over(self) -> Iterator[ChainFinding]:
        """The rows that the chain knows and the tables do not, and the other way round."""
        for label, row, event in self._store.execute(
            "SELECT label, row, event FROM sealed ORDER BY event, label, row"
        ):
            sentence = f"Row {row} of {label}, written with event {event}, is missing: it was deleted."
            yield ChainFinding(f"{label} {row}", sentence)
        for label, row in self._store.execute("SELECT label, row FROM strays ORDER BY label, row"):
            sentence = f"Row {row} of {label} has no audit event: it was put in past the program, or its event is gone."
            yield ChainFinding(f"{label} {row}", sentence)

    def close(self) -> None:
        """Give the temporary file back."""
        self._store.close()


def _readable(rows_json: Any) -> list[tuple[str, str, str]]:
    """The rows of an event; none when an attacker left something else there, which the event's mac has told."""
    try:
        return [(str(label), str(row), str(made)) for label, row, made in json.loads(rows_json)]
    except (TypeError, ValueError, RecursionError):
        return []
