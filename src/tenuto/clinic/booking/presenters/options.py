"""Ways to book a series, side by side, and what a repair changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tenuto.clinic.booking.services import Offer, OfferedOption
from tenuto.clinic.ui.words import count, day
from tenuto.core.scheduling.options import OptionKind
from tenuto.core.scheduling.period import BookedVisit, Points

__all__ = ["OptionColumn", "RepairPage", "VisitLine", "option_columns", "repair_page", "written"]

TITLES = {
    OptionKind.EARLIEST: "Earliest",
    OptionKind.STEADIEST: "Steadiest",
    OptionKind.FEWEST_TRIPS: "Fewest trips",
}
"""Each kind, as a column is headed."""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit in a few words."""

    n: int
    day: str
    time: str
    where: str
    """Chair and nurse."""
    change: str = ""
    """What a repair does with it: 'stays', 'is new', or 'is longer' and 'is shorter' at its hour."""


@dataclass(frozen=True, slots=True)
class OptionColumn:
    """One way to book."""

    title: str
    said: str
    """What it means for the patient: until when, at how many hours of the day."""
    lines: tuple[VisitLine, ...]
    reasons: tuple[str, ...]
    places: str
    """As the form sends them back."""
    button: str


@dataclass(frozen=True, slots=True)
class RepairPage:
    """What a repair moves and adds, and the series after it."""

    summary: str
    lines: tuple[VisitLine, ...]
    gone: tuple[str, ...]
    reasons: tuple[str, ...]
    places: str
    button: str


def option_columns(options: Iterable[OfferedOption], asked: int) -> tuple[OptionColumn, ...]:
    """A column for each way; one that is not whole says what is missing and why."""
    return tuple(_column(each, asked) for each in options)


def _column(option: OfferedOption, asked: int) -> OptionColumn:
    visits = option.offer.visits
    if not visits:
        return OptionColumn("No place found", "", (), option.offer.reasons, "", "")
    title = " and ".join(TITLES[kind] for kind in option.kinds)
    return OptionColumn(
        title[:1] + title[1:].lower(),
        _said(visits, asked),
        tuple(map(_line, visits)),
        option.offer.reasons,
        written(visits),
        f"Book {'this visit' if len(visits) == 1 else f'these {len(visits)} visits'}",
    )


def _said(visits: Sequence[BookedVisit], asked: int) -> str:
    hours = len({visit.start.timetz().replace(tzinfo=None) for visit in visits})
    nurses, chairs = len({visit.nurse for visit in visits}), len({visit.chair for visit in visits})
    whole = "" if len(visits) == asked else f"{len(visits)} of {asked} fit. "
    if len(visits) == 1:
        return f"{whole}On {day(visits[0].start)}. {_fast(visits)}"
    return (
        f"{whole}Done on {day(visits[-1].start)}. {count(hours, 'hour')} of the day, {count(chairs, 'chair')}, "
        f"{count(nurses, 'nurse')}. {_fast(visits)}"
    )


def _fast(visits: Sequence[BookedVisit]) -> str:
    """How many start so early that the hours without a meal fall into the night."""
    until = Points().morning_until
    early = sum(visit.start.timetz().replace(tzinfo=None) <= until for visit in visits)
    if early == len(visits):
        return "The fast falls into the night."
    return f"{early} of {len(visits)} by {until:%H:%M}: with the others a morning goes by without a meal."


def _line(visit: BookedVisit, change: str = "") -> VisitLine:
    return VisitLine(
        visit.n,
        day(visit.start),
        f"{visit.start:%H:%M} to {visit.end:%H:%M}",
        f"{visit.chair}, {visit.nurse}",
        change,
    )


def written(visits: Iterable[BookedVisit]) -> str:
    """The places of visits as a form sends them back."""
    return json.dumps([[visit.start.isoformat(), visit.chair, visit.nurse] for visit in visits])


def repair_page(offer: Offer, before: Sequence[BookedVisit]) -> RepairPage:
    """Exactly what moves: each visit after the repair with what happens to it, and those given up."""
    stood = {_place(visit): visit for visit in before}
    changes = [_change(visit, stood.get(_place(visit))) for visit in offer.visits]
    lines = tuple(_line(visit, change) for visit, change in zip(offer.visits, changes, strict=True))
    new, resized = changes.count("is new"), len(changes) - changes.count("is new") - changes.count("stays")
    there = {_place(visit) for visit in offer.visits}
    moved = tuple(
        f"{day(visit.start)}, {visit.start:%H:%M}, {visit.chair}"
        for visit in offer.moved
        if _place(visit) not in there
    )
    added = new - len(moved)
    parts = [
        f"{count(len(moved), 'visit moves', 'visits move')}" if moved else "No visit moves",
        f"{count(resized, 'visit gets', 'visits get')} another length" if resized else "",
        f"{count(added, 'visit is added', 'visits are added')}" if added > 0 else "",
    ]
    summary = ", ".join(part for part in parts if part) + "."
    return RepairPage(
        summary,
        lines,
        moved,
        offer.reasons,
        written(offer.visits),
        "Accept the repair" if new or moved or resized else "",
    )


def _place(visit: BookedVisit) -> tuple[str, str, datetime]:
    return visit.chair, visit.nurse, visit.start.astimezone(UTC)


def _change(visit: BookedVisit, before: BookedVisit | None) -> str:
    if before is None:
        return "is new"
    if before.profile and visit.profile and not visit.profile.takes_as_long(before.profile):
        return "is longer" if visit.profile.chair_minutes >= before.profile.chair_minutes else "is shorter"
    return "stays"
