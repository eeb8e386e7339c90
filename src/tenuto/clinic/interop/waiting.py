"""A record that was read and not yet kept: it waits in the session until somebody keeps or discards it.

What was looked at is what is kept: the facts wait, not the file, so that nothing is read a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from tenuto.clinic.intake.api import RecordSource
from tenuto.clinic.interop.fhir import BundleReading
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_json import facts_from_json, facts_to_json
from tenuto.core.intake.reading_report import Ending, ReadingReport, listed

__all__ = ["Told", "Waiting", "discard", "keep_waiting", "told", "waiting"]

_KEY = "record_waiting"
_MOST_REASONS = 40


@dataclass(frozen=True, slots=True)
class Told:
    """The report of a reading as words: a sentence of counts, what to look at, and per ending its reasons."""

    counts: str
    unsettled: Sequence[str]
    ended: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that waits: its facts, where it came from, and its report."""

    facts: PatientFacts
    source: RecordSource
    report: Told


def told(report: ReadingReport) -> Told:
    """The report in words, long lists shortened."""
    counts = ", ".join(f"{number} {ending}" for ending, number in report.counts.items())
    ended = []
    for ending in (e for e in Ending if e is not Ending.NOT_UNDERSTOOD):
        reasons = [
            f"{why}: {listed(labels)}" if why not in labels else why for why, labels in report.ended(ending)
        ]
        more = len(reasons) - _MOST_REASONS
        ended.append((ending.value, reasons[:_MOST_REASONS] + ([f"and {more} more"] if more > 0 else [])))
    return Told(
        f"{len(report.entries)} entries: {counts}.",
        report.unsettled,
        [(name, reasons) for name, reasons in ended if reasons],
    )


def keep_waiting(session: SessionBase, reading: BundleReading, *, name: str, sha256: str) -> None:
    """Let a reading wait; one that waited before is discarded."""
    words = told(reading.report)
    session[_KEY] = {
        "facts": facts_to_json(reading.facts),
        "name": name,
        "sha256": sha256,
        "ignored": dict(reading.ignored),
        "died": reading.dead,
        "report": [words.counts, list(words.unsettled), [[n, list(r)] for n, r in words.ended]],
    }


def waiting(session: SessionBase) -> Waiting | None:
    """The record that waits, if any."""
    raw: Mapping[str, Any] | None = session.get(_KEY)
    if raw is None:
        return None
    counts, unsettled, ended = raw["report"]
    return Waiting(
        facts_from_json(raw["facts"]),
        RecordSource(raw["name"], raw["sha256"], raw["ignored"], died=raw["died"]),
        Told(counts, unsettled, [(name, reasons) for name, reasons in ended]),
    )


def discard(session: SessionBase) -> None:
    """Forget the record that waits."""
    session.pop(_KEY, None)
