"""What became of a record: the report of a reading, before anything is planned or written."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import tzinfo
from textwrap import wrap
from zoneinfo import ZoneInfo

from tenuto.cli import UserError, printable
from tenuto.cli.terminal import forgiving_output, terminal_width
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_changes import facts_said
from tenuto.core.intake.reading_report import Ending, ReadingReport

__all__ = ["read_zone", "say_zone", "show_report"]

SETTLED, UNSETTLED = 0, 3


def read_zone(name: str | None) -> tzinfo | None:
    """The zone that was named, else the clinic's setting; None when neither is there: then a day is the sender's own."""
    wanted = name or os.environ.get("TENUTO_TIME_ZONE", "")
    if not wanted:
        return None
    try:
        return ZoneInfo(wanted)
    except (KeyError, ValueError, OSError):
        raise UserError(
            f"'{wanted[:40]}' is not a time zone. Write it as in America/New_York, Europe/Berlin or UTC."
        ) from None


def say_zone(zone: tzinfo | None, *, as_json: bool) -> None:
    """Say by whose clock days and hours were read; nothing where each is its sender's own."""
    if zone is not None and not as_json:
        print(f"\nDays and hours by the clock of {zone}.")


def show_report(report: ReadingReport, facts: PatientFacts, *, as_json: bool) -> int:
    """Print the report and every value that was read, with where; exits 0 when nothing is left to look at, else 3."""
    forgiving_output()
    if as_json:
        print(json.dumps(_as_json(report, facts), ensure_ascii=False, indent=2))
    else:
        print(printable("\n".join(_lines(report, facts))))
    return SETTLED if report.settled else UNSETTLED


def _as_json(report: ReadingReport, facts: PatientFacts) -> dict[str, object]:
    return {
        "counts": {ending.value: number for ending, number in report.counts.items()},
        "unsettled": list(report.in_full or report.unsettled),
        "read": [{"what": each.what, "value": each.words, "from": each.origin} for each in facts_said(facts)],
        "entries": [{"entry": e.label, "ending": e.ending.value, "why": e.why} for e in report.entries],
    }


def _lines(report: ReadingReport, facts: PatientFacts) -> list[str]:
    width = terminal_width()
    counts = ", ".join(f"{number} {ending}" for ending, number in report.counts.items())
    lines = wrap(
        f"{facts.person.name or 'No name recorded'}: {len(report.entries)} entries, {counts}. Nothing was planned or written.",
        width,
    )
    if report.unsettled:
        lines += ["", "To look at"]
        lines += [
            line
            for text in report.in_full or report.unsettled
            for line in wrap(text, width, initial_indent="  - ", subsequent_indent="    ")
        ]
    if read := facts_said(facts):
        lines += ["", "Read"]
        for each in read:
            lines += _wrapped(f"{each.what}: {each.words}{f' ({each.origin})' if each.origin else ''}", width)
    doubted = tuple(e for e in report.entries if e.ending is Ending.USED and e.why)
    plain = replace(report, entries=tuple(e for e in report.entries if e not in doubted))
    if doubted:
        labels = ", ".join(dict.fromkeys(e.label for e in doubted))
        lines += ["", "Used, with something to look at", *_wrapped(labels, width)]
    for ending in Ending:
        found = plain.ended(ending)
        if found and ending is not Ending.NOT_UNDERSTOOD:
            lines += ["", ending.value.capitalize()]
            for why, labels_of in found:
                text = f"{why}: {', '.join(dict.fromkeys(labels_of))}" if why not in labels_of else why
                lines += _wrapped(text, width)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent="  ", subsequent_indent="      ")
