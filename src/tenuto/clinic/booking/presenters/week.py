"""The week of the clinic as a grid: days one under the other, a row for each chair or nurse, quarters of an hour across."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import RESTRICTED_NAME
from tenuto.clinic.ports.api import holds_in
from tenuto.clinic.ui.words import day
from tenuto.core.intake.safety import SafetyState
from tenuto.core.scheduling.period import ClinicDay, Period

__all__ = ["BoardSight", "GridCell", "GridDay", "GridRow", "Warned", "warned_of", "week_grid"]

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class GridCell:
    """Some quarters of an hour of a row: free or off, or a visit over several."""

    span: int
    start: str
    """As an instant."""
    time: str
    visit: Appointment | None = None
    words: str = ""
    name: str = ""
    url: str = ""
    check: str = ""
    off: bool = False
    """The nurse is not on shift."""
    mark: str = ""
    warned: str = ""
    """What is red or amber about the patient today, by its short name: who is at risk is no plain visit on any board."""


@dataclass(frozen=True, slots=True)
class BoardSight:
    """What a reader may see of the patients on the board."""

    hidden: frozenset[UUID]
    warned: Mapping[UUID, Warned]


@dataclass(frozen=True, slots=True)
class Warned:
    """The mark of a patient on the board, and the short names of what it stands for."""

    mark: str
    words: str


def warned_of(patients: Sequence[Patient], clinic: Clinic, today: date) -> Mapping[UUID, Warned]:
    """What the board says of those whom their safety state, or somebody's hold, marks. A fixed number of queries."""
    batch = Batch(patients, clinic=clinic, today=today)
    held = holds_in(batch)
    found = {
        patient.pk: _warned(safety_now(patient, batch), bool(held.get(patient.pk))) for patient in patients
    }
    return {patient: warned for patient, warned in found.items() if warned is not None}


def _warned(safety: SafetyState, held: bool) -> Warned | None:
    if safety.is_red:
        return Warned("block", ", ".join((*safety.words, *(("On hold",) if held else ()))))
    if held:
        return Warned("block", "On hold")
    return Warned("review", safety.caution) if safety.is_amber else None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A chair, or a nurse's hands."""

    name: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class GridDay:
    """One day."""

    date: date
    words: str
    hours: tuple[tuple[str, int], ...]
    """Each full hour, with the quarters that it covers."""
    rows: tuple[GridRow, ...]
    visits: tuple[GridCell, ...]
    """The same as a list, in order of time, for a narrow screen."""


def week_grid(
    period: Period,
    appointments: Sequence[Appointment],
    clinic: Clinic,
    *,
    by_nurse: bool,
    shown: BoardSight,
    rooms: Sequence[str] = (),
) -> tuple[GridDay, ...]:
    """A grid for each clinic day of the period, with the rooms under the chairs. A visit in a chair or with a nurse that is
    gone has a row of its own, and so have those by phone or with nobody named.
    """
    names = [n.id for n in period.nurses] if by_nurse else [*(c.id for c in period.chairs), *rooms]
    return tuple(_day(period, each, appointments, clinic, by_nurse, shown, names) for each in period.days)


def _day(
    period: Period,
    each: ClinicDay,
    appointments: Sequence[Appointment],
    clinic: Clinic,
    by_nurse: bool,
    shown: BoardSight,
    known: Sequence[str],
) -> GridDay:
    mine = [row for row in appointments if local(clinic, row.starts_at).date() == each.date]
    of = [row.nurse if by_nurse else row.chair for row in mine]
    names = [*known, *sorted(set(of) - set(known))]
    quarters = _quarters(each)
    rows = []
    for name in names:
        own = [row for row, at in zip(mine, of, strict=True) if at == name]
        shifts = next((n.shifts for n in period.nurses if n.id == name), ()) if by_nurse else None
        rows += [
            GridRow(name, tuple(_cells(lane, quarters, clinic, shifts, by_nurse, shown)))
            for lane in _lanes(own, by_nurse)
        ]
    visits = tuple(_visit(row, clinic, 0, shown) for row in sorted(mine, key=lambda row: row.starts_at))
    return GridDay(each.date, day(each.date), tuple(_hours(quarters, clinic)), tuple(rows), visits)


def _quarters(each: ClinicDay) -> list[datetime]:
    start, end = each.open.start.astimezone(UTC), each.open.end.astimezone(UTC)
    return [start + QUARTER * n for n in range(-(-(end - start) // QUARTER))]


def _hours(quarters: Sequence[datetime], clinic: Clinic) -> Iterator[tuple[str, int]]:
    """Each hour by its name on the clock; one that comes twice stands twice."""
    begun: list[datetime] = []
    for at in quarters:
        if begun and local(clinic, at).minute == 0:
            yield f"{local(clinic, begun[0]):%H:%M}", len(begun)
            begun = []
        begun.append(at)
    if begun:
        yield f"{local(clinic, begun[0]):%H:%M}", len(begun)


def _lanes(rows: Sequence[Appointment], by_nurse: bool) -> list[list[Appointment]]:
    """Visits that overlap in rows of their own: a nurse may attend more than one where the clinic allows it."""
    lanes: list[list[Appointment]] = [[]]
    for row in sorted(rows, key=lambda row: row.starts_at):
        lane = next((each for each in lanes if not each or _end(each[-1], by_nurse) <= row.starts_at), None)
        if lane is None:
            lanes.append([row])
        else:
            lane.append(row)
    return lanes


def _end(row: Appointment, by_nurse: bool) -> datetime:
    return row.infused_at if by_nurse else row.chair_free_at


def _cells(
    lane: Sequence[Appointment],
    quarters: Sequence[datetime],
    clinic: Clinic,
    shifts: Sequence[object] | None,
    by_nurse: bool,
    shown: BoardSight,
) -> Iterator[GridCell]:
    number = 0
    while number < len(quarters):
        at = quarters[number]
        row = next((r for r in lane if r.starts_at < at + QUARTER and at < _end(r, by_nurse)), None)
        if row is None:
            off = shifts is not None and not any(s.holds(at, at + QUARTER) for s in shifts)  # type: ignore[attr-defined]
            start = local(clinic, at)
            yield GridCell(1, start.isoformat(), f"{start:%H:%M}", off=off)
            number += 1
            continue
        span = sum(1 for q in quarters[number:] if q < _end(row, by_nurse))
        yield _visit(row, clinic, span, shown)
        number += span


def _visit(row: Appointment, clinic: Clinic, span: int, shown: BoardSight) -> GridCell:
    start, end = local(clinic, row.starts_at), local(clinic, row.ends_at)
    kind = () if row.kind == Appointment.Kind.INFUSION else (row.get_kind_display(),)
    where = (row.chair or "by phone", row.nurse)
    words = ", ".join(filter(None, (*kind, f"{start:%H:%M} to {end:%H:%M}", *where)))
    url = reverse("booking:visit", args=[row.patient_id, row.pk])
    hidden = row.patient_id in shown.hidden
    warned = None if hidden else shown.warned.get(row.patient_id)
    return GridCell(
        span,
        start.isoformat(),
        f"{start:%H:%M}",
        row,
        words,
        RESTRICTED_NAME if hidden else row.patient.name,
        url,
        reverse("booking:check", args=[row.patient_id, row.pk]),
        mark=warned.mark if warned else "",
        warned=warned.words if warned else "",
    )
