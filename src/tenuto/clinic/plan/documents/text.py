"""The sheet as text for a terminal or a pipe: no control characters but, on a terminal, the colour of a level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from tenuto.clinic.plan.documents.sheet import MARKS, FindingRow, Sheet, SheetRow
from tenuto.core.gate import Level

__all__ = ["TextStyle", "as_text"]

WIDTH = 100
_COLOURS = {"PASS": "32", "REVIEW": "33", "BLOCK": "31", "REFUSE": "31"}


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the text is set: its width in columns, whether levels are coloured, and whether everything is listed."""

    width: int = WIDTH
    colour: bool = False
    every: bool = False
    """True to list what is not recorded and what only informs; else each is one line or left out."""


def as_text(sheet: Sheet, look: TextStyle | None = None) -> str:
    """The whole sheet, gate first, then what speaks against the plan, then one line for what is not recorded."""
    return "\n".join(_Text(sheet, look or TextStyle()).lines()) + "\n"


class _Text:
    def __init__(self, sheet: Sheet, look: TextStyle) -> None:
        self.sheet, self.look = sheet, look

    def lines(self) -> Iterator[str]:
        sheet = self.sheet
        yield from self._coloured(
            self._wrapped(f"{sheet.mark} {sheet.level}. {sheet.verdict}", ""), sheet.level
        )
        yield ""
        yield from self._wrapped(sheet.person, "")
        yield from self._safety()
        yield from self._table(sheet.about, "")
        told = [row for row in sheet.findings if row.level != "PASS"]
        notes = [row for row in sheet.findings if row.level == "PASS" and self.look.every]
        yield from self._section("Findings", [line for row in (*told, *notes) for line in self._finding(row)])
        # Each fact once: the list of what is not recorded says by when as well.
        yield from self._section("To do", [] if self.look.every else list(self._table(sheet.to_do)))
        yield from self._section("Not recorded", self._unrecorded())
        yield from self._section("Required beside the infusions", list(self._table(sheet.company)))
        dose = [
            *self._wrapped(sheet.dose_note),
            *self._table(sheet.dose),
            *self._wrapped(sheet.no_dose),
            *self._calculations(),
        ]
        yield from self._section("Dose for one infusion", dose)
        if self.look.every:
            yield from self._section("Watch", self._points(sheet.monitoring))
            yield from self._section("For side effects", self._points(sheet.side_effects))
            yield from self._section("Stop", self._points(sheet.stops))
        yield from self._section("Series", [*self._table(sheet.series), *self._wrapped(sheet.series_note)])
        yield from self._section(
            "Maintenance", [line for text in sheet.maintenance for line in self._wrapped(text)]
        )
        yield from self._section("Other protocols", list(self._table(sheet.alternatives)))
        yield from self._section("Left out", self._wrapped(sheet.ignored))
        yield ""
        yield from self._wrapped(sheet.footer, "")

    def _safety(self) -> list[str]:
        """The safety line, with the mark of its level where it is not calm."""
        level = self.sheet.safety_level
        calm = level in ("", "PASS")
        return self._wrapped(self.sheet.safety if calm else f"{MARKS[Level[level]]} {self.sheet.safety}", "")

    def _unrecorded(self) -> list[str]:
        if not self.sheet.unrecorded:
            return []
        if self.look.every:
            return self._wrapped(f"{self.sheet.unrecorded.partition(':')[0]}:") + self._points(
                self.sheet.missing
            )
        return self._wrapped(f"{self.sheet.unrecorded} `--all` lists them.")

    def _section(self, title: str, lines: list[str]) -> Iterator[str]:
        if lines:
            yield ""
            yield title
            yield from lines

    def _points(self, lines: Iterable[str]) -> list[str]:
        return [line for text in lines for line in self._wrapped(text, first="  - ")]

    def _wrapped(self, text: str, indent: str = "  ", first: str | None = None) -> list[str]:
        return wrap(
            text,
            self.look.width,
            initial_indent=indent if first is None else first,
            subsequent_indent=indent if first is None else " " * len(first),
            break_on_hyphens=False,
        )

    def _finding(self, row: FindingRow) -> list[str]:
        return [
            *self._coloured(self._wrapped(row.message, first=f"  {row.mark} {row.level:<7} "), row.level),
            *self._wrapped(f"{row.code}: {row.source} [{row.evidence}]", " " * 12),
        ]

    def _coloured(self, lines: list[str], level: str) -> list[str]:
        """The lines with the level's word in its colour, on a terminal."""
        if not self.look.colour or not lines:
            return lines
        return [lines[0].replace(level, f"\x1b[{_COLOURS[level]};1m{level}\x1b[0m", 1), *lines[1:]]

    def _table(self, rows: Iterable[SheetRow], indent: str = "  ") -> list[str]:
        shown = list(rows)
        width = max((len(row.label) for row in shown), default=0)
        return [
            line
            for row in shown
            for line in self._wrapped(row.value, first=f"{indent}{row.label:<{width}}  ")
        ]

    def _calculations(self) -> list[str]:
        if not self.sheet.checks:
            return []
        heads = ("", "decimals", "whole millionths")
        rows = [heads, *((c.name, c.first, c.second) for c in self.sheet.checks)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
        if 2 * len(widths) + sum(widths) > self.look.width:
            # Side by side they do not fit: each line says both.
            both = [f"{c.name}: {c.first} ({heads[1]}), {c.second} ({heads[2]})." for c in self.sheet.checks]
            told = [line for text in both for line in self._wrapped(text)]
            return ["", *told, *self._wrapped(self.sheet.agree)]
        lines = [
            "  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return ["", *lines, *self._wrapped(self.sheet.agree)]
