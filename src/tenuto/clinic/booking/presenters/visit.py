"""One visit, and where it could stand on a day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.services import VisitPlace
from tenuto.clinic.ui.words import day, long_day

__all__ = ["PlaceChoice", "VisitPage", "visit_page"]


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place to choose."""

    value: str
    time: str
    where: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    """What the page shows."""

    id: str
    n: int
    day: str
    time: str
    attended: str
    where: str
    on: date
    on_words: str
    before: date
    after: date
    places: tuple[PlaceChoice, ...]
    wanted: PlaceChoice | None
    """The place that was carried here from the week."""
    wanted_day: str
    problem: str


def visit_page(
    row: Appointment, *, on: date, places: Sequence[VisitPlace], wanted: VisitPlace | None, problem: str
) -> VisitPage:
    """In the words of the clinic's clock."""
    clinic = row.patient.clinic
    start, infused, end = (local(clinic, at) for at in (row.starts_at, row.infused_at, row.ends_at))
    return VisitPage(
        str(row.pk),
        row.n,
        long_day(start.date()),
        f"{start:%H:%M} to {end:%H:%M}",
        f"{start:%H:%M} to {infused:%H:%M}",
        ", ".join(filter(None, (row.chair or "by phone", row.nurse))),
        on,
        day(on),
        on - timedelta(days=1),
        on + timedelta(days=1),
        tuple(_choice(row, place) for place in places),
        _choice(row, wanted) if wanted else None,
        day(local(clinic, wanted.start).date()) if wanted else "",
        problem,
    )


def _choice(row: Appointment, place: VisitPlace) -> PlaceChoice:
    start = local(row.patient.clinic, place.start)
    value = json.dumps([[start.isoformat(), place.chair, place.nurse]])
    return PlaceChoice(value, f"{start:%H:%M}", f"{place.chair}, {place.nurse}")
