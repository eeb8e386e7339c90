"""The week of a clinic as it is set up once, and the period that follows from it for any days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tenuto.core.data import DataError, Table, build
from tenuto.core.scheduling.period import (
    BookedVisit,
    Chair,
    ClinicDay,
    Nurse,
    Period,
    Prescriber,
    Ratios,
    SeriesRequest,
    Span,
    VisitProfile,
)

__all__ = ["ClinicWeek", "read_week"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class ClinicWeek:
    """Hours and shifts by weekday (0 is Monday) on the clock of the clinic, the days closed, and what a visit takes."""

    chairs: tuple[str, ...]
    hours: Mapping[int, tuple[time, time]]
    shifts: Mapping[str, Mapping[int, tuple[time, time]]]
    """By nurse."""
    closed: frozenset[date]
    profile: VisitProfile
    ratios: Ratios
    rooms: tuple[str, ...] = ()
    """For visits that are no infusion."""
    prescribers: Mapping[str, Mapping[int, tuple[time, time]]] = field(default_factory=dict)
    """Who is on site when; where none is named, nothing asks for one."""
    monitors: int | None = None
    """How many patients can be monitored at once; None where they are not counted."""
    minutes: Mapping[str, int] = field(default_factory=dict)
    """By kind, how long visits take that are no infusion, where the clinic says so."""

    def period(
        self,
        zone: ZoneInfo,
        first: date,
        last: date,
        *,
        fixed: tuple[BookedVisit, ...] = (),
        requests: tuple[SeriesRequest, ...] = (),
    ) -> Period:
        """The period from `first` through `last`.

        Where the clock skips one of the hours, or shows it twice, the day or the shift is shorter and never longer; a date that
        the zone passed over is no day.
        """
        open_on = (d for d in _days(first, last) if d.weekday() in self.hours and d not in self.closed)
        opened = [(day, _spans_on([day], self.hours, zone)) for day in open_on]
        days = [day for day, found in opened if found]
        return Period(
            zone,
            tuple(ClinicDay(day, span) for day, found in opened for span in found),
            tuple(map(Chair, self.chairs)),
            tuple(Nurse(name, _spans_on(days, week, zone)) for name, week in self.shifts.items()),
            self.profile,
            self.ratios,
            fixed,
            requests,
            prescribers=tuple(
                Prescriber(name, _spans_on(days, week, zone)) for name, week in self.prescribers.items()
            ),
            monitors=self.monitors,
        ).in_order()


def read_week(content: Mapping[str, Any], *, name: str) -> ClinicWeek:
    """A week from `{chairs, rooms, hours{mon: [from, to]}, nurses{name: {mon: [from, to]}}, closed, profile, ratios}`.

    It may also hold `prescribers`, as the nurses, `monitors`, and `visits{kind: minutes}` for visits that are no infusion.
    Raises DataError with a sentence: unknown keys, nothing to book in, spans without length, numbers out of range.
    """
    return build(content, _week, name=name)


def _week(table: Table) -> ClinicWeek:
    chairs = table.words("chairs")
    nurses = table.table("nurses").named()
    hours = _spans(table.table("hours"))
    for key, found in (("chairs", chairs), ("nurses", nurses), ("hours", hours)):
        if not found:
            raise DataError(f"{table.where}: '{key}' is empty. Add at least one.")
    if len(set(chairs)) < len(chairs):
        raise DataError(f"{table.where}: a chair is there twice. Give each a name of its own.")
    rooms = table.words("rooms", ())
    if len({*rooms, *chairs}) < len(rooms) + len(chairs):
        raise DataError(
            f"{table.where}: a room is there twice, or called as a chair. Give each a name of its own."
        )
    profile, ratios = table.table("profile"), table.optional("ratios")
    return ClinicWeek(
        chairs,
        hours,
        {nurse: _spans(inner) for nurse, inner in nurses.items()},
        frozenset(table.days("closed")),
        VisitProfile(
            _number(profile, "prepare", 0, 240),
            _number(profile, "infuse", 1, 480),
            _number(profile, "observe", 0, 480),
            _number(profile, "turnover", 0, 240),
        ),
        Ratios(_number(ratios, "infuse", 1, 10, 1), _number(ratios, "observe", 1, 10, 2)),
        rooms,
        {name: _spans(inner) for name, inner in table.optional("prescribers").named().items()},
        _number(table, "monitors", 1, 60) if table.has("monitors") else None,
        _minutes(table.optional("visits")),
    )


def _minutes(table: Table) -> dict[str, int]:
    return {kind: _number(table, kind, 5, 480) for kind in table.names()}


def _spans(table: Table) -> dict[int, tuple[time, time]]:
    found: dict[int, tuple[time, time]] = {}
    for number, weekday in enumerate(WEEKDAYS):
        if table.has(weekday):
            found[number] = _two_times(table, weekday)
    return found


def _two_times(table: Table, key: str) -> tuple[time, time]:
    texts = table.words(key)
    try:
        first, last = map(time.fromisoformat, texts)
    except ValueError:
        raise DataError(
            f"{table.where}: '{key}' is {', '.join(texts)}. Give two times such as 08:00, 18:00."
        ) from None
    if not first < last:
        raise DataError(f"{table.where}: '{key}' ends at {last:%H:%M}, not after {first:%H:%M}. Correct one.")
    return first, last


def _number(table: Table, key: str, least: int, most: int, default: int | None = None) -> int:
    value = table.whole(key) if default is None else table.whole(key, default)
    if not least <= value <= most:
        raise DataError(f"{table.where}: '{key}' is {value}. Give a whole number from {least} to {most}.")
    return value


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _spans_on(
    days: Iterable[date], week: Mapping[int, tuple[time, time]], zone: ZoneInfo
) -> tuple[Span, ...]:
    spans = (_span(day, week[day.weekday()], zone) for day in days if day.weekday() in week)
    return tuple(span for span in spans if span.start.astimezone(UTC) < span.end.astimezone(UTC))


def _span(day: date, times: tuple[time, time], zone: ZoneInfo) -> Span:
    """Between two hours of the clock; of two instants that one of them may mean, those that lie nearer to each other."""
    first, last = ([_instant(day, at, zone, fold) for fold in (0, 1)] for at in times)
    return Span(max(first).astimezone(zone), min(last).astimezone(zone))


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)
