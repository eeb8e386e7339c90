"""The course on a calendar, and what follows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.ui.components import Month, months
from tenuto.clinic.ui.words import count, day, long_day
from tenuto.core.plan.proposal import Maintenance
from tenuto.core.plan.series import InfusionKind, PlannedInfusion

__all__ = ["CourseCard", "ListedInfusion", "course_card"]

NOTES = {
    InfusionKind.INDUCTION: "",
    InfusionKind.OPTIONAL: ", only if the review says so",
    InfusionKind.MAINTENANCE: ", maintenance",
}


@dataclass(frozen=True, slots=True)
class ListedInfusion:
    """One planned infusion in the list beside the calendar."""

    n: int
    on: str
    note: str
    after: str
    """Days since the one before."""


@dataclass(frozen=True, slots=True)
class CourseCard:
    """Visits, months, and the maintenance that follows."""

    visits: tuple[ListedInfusion, ...]
    months: Sequence[Month]
    span: str
    maintenance: str
    maintenance_sources: tuple[str, ...]
    windows: tuple[str, ...]
    """The windows after the first, which the text names."""
    left_out: str = ""
    """Which optional infusions have no day."""


def course_card(
    infusions: Sequence[PlannedInfusion],
    maintenance: Maintenance,
    *,
    closed: Iterable[date],
    left_out: str = "",
) -> CourseCard:
    """The series day by day; the first maintenance windows in words."""
    days = [infusion.on for infusion in infusions]
    marked = {i.on: (_kind(i), f"infusion {i.n}{_note(i)}") for i in infusions}
    return CourseCard(
        visits=tuple(_visit(i, before) for i, before in zip(infusions, [None, *days], strict=False)),
        months=months(marked, closed=closed),
        span=f"{long_day(days[0])} to {long_day(days[-1])}, {count((days[-1] - days[0]).days + 1, 'day')}"
        if days
        else "",
        maintenance=maintenance.text,
        maintenance_sources=tuple(str(s) for s in maintenance.rule.basis.sources),
        windows=tuple(
            f"{_ordinal(w.n)} between {day(w.first)} and {long_day(w.last)}" for w in maintenance.windows[1:]
        ),
        left_out=left_out,
    )


def _visit(infusion: PlannedInfusion, before: date | None) -> ListedInfusion:
    gap = f"{(infusion.on - before).days} d" if before else ""
    return ListedInfusion(infusion.n, day(infusion.on), _note(infusion).lstrip(", "), gap)


def _kind(infusion: PlannedInfusion) -> str:
    return "infusion" if infusion.kind is InfusionKind.INDUCTION else "maintenance"


def _note(infusion: PlannedInfusion) -> str:
    return NOTES[infusion.kind]


def _ordinal(number: int) -> str:
    return {1: "First", 2: "Second", 3: "Third"}.get(number, f"{number}th")
