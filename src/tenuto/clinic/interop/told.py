"""What was read of a record, as words and JSON values: what is shown before it is kept. No Django here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenuto.clinic.interop.fhir import BundleReading
from tenuto.core.intake.facts_json import facts_to_json
from tenuto.core.intake.reading_report import Ending, ReadingReport, listed

__all__ = ["Json", "Told", "in_words", "told"]

Json = dict[str, Any]
_MOST_REASONS = 40


@dataclass(frozen=True, slots=True)
class Told:
    """The report of a reading as words: a sentence of counts, what to look at, and per ending its reasons."""

    counts: str
    unsettled: Sequence[str]
    ended: Sequence[tuple[str, Sequence[str]]]


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


def in_words(reading: BundleReading) -> Json:
    """A reading as JSON values."""
    words = told(reading.report)
    return {
        "facts": facts_to_json(reading.facts),
        "ignored": dict(reading.ignored),
        "died": reading.dead,
        "report": [words.counts, list(words.unsettled), [[n, list(r)] for n, r in words.ended]],
    }
