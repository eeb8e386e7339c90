"""The sheet as text for a terminal or a pipe: no colour, no control characters, at most 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from tenuto.clinic.plan.documents.sheet import FindingRow, Row, Sheet

__all__ = ["as_text"]

WIDTH = 100


def as_text(sheet: Sheet) -> str:
    """The whole sheet, gate first."""
    return "\n".join(_lines(sheet)) + "\n"


def _lines(sheet: Sheet) -> Iterator[str]:
    yield from _wrapped(f"{sheet.mark} {sheet.level}. {sheet.verdict}", indent="")
    yield ""
    yield from _wrapped(sheet.person, indent="")
    yield from _table(sheet.about, indent="")
    yield from _section("Findings", [line for row in sheet.findings for line in _finding(row)])
    yield from _section(
        "Dose for one infusion", [*_table(sheet.dose), *_wrapped(sheet.no_dose), *_calculations(sheet)]
    )
    yield from _section("Series", list(_table(sheet.series)))
    yield from _section("Maintenance", [line for text in sheet.maintenance for line in _wrapped(text)])
    yield from _section("Missing", _items(sheet.missing))
    yield from _section("Not checked", _items(sheet.not_checked))
    yield from _section("Other protocols", list(_table(sheet.alternatives)))
    yield from _section("Left out", _wrapped(sheet.ignored))
    yield ""
    yield from _wrapped(sheet.footer, indent="")


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from lines


def _wrapped(text: str, indent: str = "  ", first: str | None = None) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent if first is None else " " * len(first),
        break_on_hyphens=False,
    )


def _finding(row: FindingRow) -> list[str]:
    return [
        *_wrapped(row.message, first=f"  {row.mark} {row.level:<7} "),
        *_wrapped(f"{row.code}: {row.source} [{row.evidence}]", indent=" " * 12),
    ]


def _table(rows: Iterable[Row], indent: str = "  ") -> list[str]:
    shown = list(rows)
    width = max((len(row.label) for row in shown), default=0)
    return [line for row in shown for line in _wrapped(row.value, first=f"{indent}{row.label:<{width}}  ")]


def _calculations(sheet: Sheet) -> list[str]:
    if not sheet.checks:
        return []
    heads = ("", "decimals", "whole millionths")
    rows = [heads, *((c.name, c.first, c.second) for c in sheet.checks)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    lines = [
        "  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return ["", *lines, *_wrapped(sheet.agree)]


def _items(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in _wrapped(text, first="  - ")]
