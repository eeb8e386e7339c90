"""The reader of PERIOD.json: strict, and every refusal a sentence with the place, the value and the fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenuto.core.data import DataError, Table, build, not_among, parse_json
from tenuto.core.scheduling.clock import instant_of, midnight_after
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
    Wishes,
)
from tenuto.core.scheduling.verify import verify

__all__ = ["MOST_VISITS", "read_period"]

MOST_VISITS = 2_000
"""More than a clinic of this size has in half a year; above it the day-by-day arrays and the solver would take minutes."""
_MOST_DAYS, _MOST_CHAIRS, _MOST_NURSES, _MOST_COUNT = 190, 60, 120, 60
_MOST_PRESCRIBERS, _MOST_MONITORS = 60, 120
_DAY_MINUTES = 24 * 60
_YEARS = range(1900, 2200)


def read_period(text: str, *, name: str) -> Period:
    """A period from JSON; `name` is what an error calls the file.

    Raises DataError: text that is not JSON, a key that is unknown or absent, an id that is unknown or there twice, a time that
    the clinic's clock skips or shows twice, spans that end before they begin, fixed visits that contradict each other, and
    more visits than are placed at once.
    """
    return build(parse_json(text, name=name), _period, name=name).in_order()


def _period(file: Table) -> Period:
    zone = _zone(file)
    days = tuple(_day(table, zone) for table in _some(file, "days", _MOST_DAYS))
    _check_once("days", (day.date.isoformat() for day in days), file)
    chairs = tuple(Chair(table.text("id")) for table in _some(file, "chairs", _MOST_CHAIRS))
    _check_once("chairs", (chair.id for chair in chairs), file)
    nurses = tuple(
        Nurse(table.text("id"), _spans(table, "shifts", zone, longest_hours=24))
        for table in _some(file, "nurses", _MOST_NURSES)
    )
    _check_once("nurses", (nurse.id for nurse in nurses), file)
    prescribers = tuple(
        Prescriber(table.text("id"), _spans(table, "shifts", zone, longest_hours=24))
        for table in (_some(file, "prescribers", _MOST_PRESCRIBERS) if file.has("prescribers") else ())
    )
    _check_once("prescribers", (each.id for each in prescribers), file)
    period = Period(
        zone,
        days,
        chairs,
        nurses,
        _profile(file.table("profile")),
        _ratios(file.optional("ratios")),
        prescribers=prescribers,
        monitors=_within(file, "monitors", 1, _MOST_MONITORS, "monitors") if file.has("monitors") else None,
    )
    fixed = tuple(_fixed(table, period) for table in _some(file, "fixed", MOST_VISITS, least=0))
    requests = tuple(_request(table, period) for table in _some(file, "patients", MOST_VISITS, least=0))
    _check_once("patients", (request.patient for request in requests), file)
    asked = sum(request.count for request in requests)
    if asked > MOST_VISITS:
        raise DataError(
            f"{file.where} asks for {asked:,} visits; at most {MOST_VISITS:,} are placed at once. Split the period."
        )
    whole = replace(period, fixed=fixed, requests=requests)
    _check_fixed(whole, file)
    return whole


def _zone(file: Table) -> ZoneInfo:
    name = file.text("timezone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise DataError(
            f"{file.where}: '{name[:40]}' is not a time zone. Write it as in America/New_York, Europe/Berlin or UTC."
        ) from None


def _some(file: Table, key: str, most: int, *, least: int = 1) -> tuple[Table, ...]:
    found = file.tables(key) if file.has(key) or not least else ()
    if len(found) < least:
        raise DataError(f"{file.where} has no '{key}'. Add at least one.")
    if len(found) > most:
        raise DataError(
            f"{file.where} has {len(found):,} {key}; at most {most:,} are read. Split the period."
        )
    return found


def _check_once(key: str, names: Iterable[str], file: Table) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise DataError(f"{file.where}: '{twice[0][:40]}' is there twice in {key}. Keep one.")


def _day(table: Table, zone: ZoneInfo) -> ClinicDay:
    day = table.day("date")
    span = Span(_on_day(table, "open", day, zone), _on_day(table, "close", day, zone))
    return ClinicDay(day, _forward(table, span, "open", "close", longest_hours=24))


def _on_day(table: Table, key: str, day: date, zone: ZoneInfo) -> datetime:
    """A time of the day as `08:30`, or in full."""
    text = table.text(key)
    clock = _clock(text)
    if clock is not None:
        return _local(table, key, datetime.combine(day, clock), zone)
    at = _moment(table, key, zone)
    if at.astimezone(zone).date() != day:
        raise DataError(f"{table.where}: '{key}' is {text[:40]}, which is not on {day}. Correct one of them.")
    return at


def _clock(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def _moment(table: Table, key: str, zone: ZoneInfo) -> datetime:
    text = table.text(key)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise DataError(
            f"{table.where}: '{key}' is '{text[:40]}'. Give a date with a time such as 2026-03-02T09:00."
        ) from None
    return _local(table, key, at, zone)


def _local(table: Table, key: str, at: datetime, zone: ZoneInfo) -> datetime:
    if at.year not in _YEARS:
        raise DataError(
            f"{table.where}: '{key}' is in the year {at.year}. Give a day of the clinic's calendar."
        )
    if at.second or at.microsecond:
        raise DataError(f"{table.where}: '{key}' is '{at.isoformat()}'. Give it in whole minutes.")
    try:
        found = instant_of(at, zone)
        found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{table.where}: '{key}': {error}") from None
    return found


def _forward(table: Table, span: Span, first: str, last: str, *, longest_hours: int | None) -> Span:
    length = span.end.astimezone(UTC) - span.start.astimezone(UTC)
    said = (
        f"{table.where}: from {span.start:%Y-%m-%d %H:%M} ('{first}') to {span.end:%Y-%m-%d %H:%M} ('{last}')"
    )
    if length <= timedelta():
        raise DataError(f"{said} is no time at all. Give an end after the beginning.")
    if longest_hours is not None and length > timedelta(hours=longest_hours):
        raise DataError(f"{said} is longer than {longest_hours} hours. Correct one of them.")
    return span


def _spans(table: Table, key: str, zone: ZoneInfo, *, longest_hours: int | None = None) -> tuple[Span, ...]:
    return tuple(
        _forward(
            inner,
            Span(_moment(inner, "from", zone), _moment(inner, "to", zone)),
            "from",
            "to",
            longest_hours=longest_hours,
        )
        for inner in table.tables(key)
    )


def _profile(table: Table) -> VisitProfile:
    profile = VisitProfile(
        _within(table, "prepare", 0, _DAY_MINUTES, "min"),
        _within(table, "infuse", 1, _DAY_MINUTES, "min"),
        _within(table, "observe", 0, _DAY_MINUTES, "min"),
        _within(table, "turnover", 0, _DAY_MINUTES, "min"),
    )
    if profile.chair_minutes > _DAY_MINUTES:
        raise DataError(f"{table.where} is {profile.chair_minutes} min long, more than a day. Correct it.")
    return profile


def _ratios(table: Table) -> Ratios:
    return Ratios(
        _within(table, "infuse", 1, 10, "patients for one nurse", 1),
        _within(table, "observe", 1, 10, "patients for one nurse", 2),
    )


def _within(table: Table, key: str, least: int, most: int, unit: str, default: int | None = None) -> int:
    value = table.whole(key) if default is None else table.whole(key, default)
    if not least <= value <= most:
        raise DataError(
            f"{table.where}: '{key}' is {value} {unit}. Give a whole number from {least} to {most}."
        )
    return value


def _fixed(table: Table, period: Period) -> BookedVisit:
    start = _moment(table, "start", period.zone)
    # Any request of this patient with this profile gives the same end.
    asked = SeriesRequest(table.text("patient"), 1, 1, 1, start, start, profile=_own_profile(table))
    chair = _known(table, "chair", [chair.id for chair in period.chairs])
    nurse = _known(table, "nurse", [nurse.id for nurse in period.nurses])
    return period.visit(asked, 0, chair, nurse, start)


def _known(table: Table, key: str, known: list[str]) -> str:
    name = table.text(key)
    if name not in known:
        raise DataError(f"{table.where}, {key}: {not_among(name, known)}")
    return name


def _request(table: Table, period: Period) -> SeriesRequest:
    gaps = table.table("gap_days")
    least = _within(gaps, "min", 0, 366, "days")
    most = _within(gaps, "max", max(least, 1), 366, "days")
    earliest, latest = _bounds(table, period)
    return SeriesRequest(
        table.text("id"),
        _within(table, "count", 1, _MOST_COUNT, "visits"),
        least,
        most,
        earliest,
        latest,
        _spans(table, "available", period.zone) if table.has("available") else None,
        _wishes(table.optional("prefer"), period),
        table.flag("urgent"),
        _own_profile(table),
        _within(table, "per_week_max", 1, 7, "infusions on seven days")
        if table.has("per_week_max")
        else None,
        table.days("had"),
        _spans(table, "escort", period.zone) if table.has("escort") else None,
    )


def _own_profile(table: Table) -> VisitProfile | None:
    """The profile of a visit or a patient that is not that of the period."""
    return _profile(table.table("profile")) if table.has("profile") else None


def _bounds(table: Table, period: Period) -> tuple[datetime, datetime]:
    earliest = min(day.open.start for day in period.days)
    latest = max(day.open.end for day in period.days)
    if table.has("earliest"):
        day = _date(table.text("earliest"))
        earliest = (
            midnight_after(day - timedelta(days=1), period.zone)
            if day
            else _moment(table, "earliest", period.zone)
        )
    if table.has("latest"):
        day = _date(table.text("latest"))
        latest = midnight_after(day, period.zone) if day else _moment(table, "latest", period.zone)
    if latest <= earliest:
        raise DataError(
            f"{table.where}: 'latest' ({latest:%Y-%m-%d %H:%M}) is not after 'earliest' ({earliest:%Y-%m-%d %H:%M}). Correct one."
        )
    return earliest, latest


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if len(text) <= len("2026-03-02") else None
    except ValueError:
        return None
    # Sums of days fail at the ends of the calendar.
    return found if found is not None and found.year in _YEARS else None


def _wishes(table: Table, period: Period) -> Wishes:
    at = None
    if table.has("time"):
        at = _clock(table.text("time"))
        if at is None:
            raise DataError(
                f"{table.where}: 'time' is '{table.text('time')[:40]}'. Give a time of the clock such as 09:30."
            )
    return Wishes(
        _known(table, "chair", [chair.id for chair in period.chairs]) if table.has("chair") else "",
        _known(table, "nurse", [nurse.id for nurse in period.nurses]) if table.has("nurse") else "",
        at,
        table.flag("morning"),
    )


def _check_fixed(period: Period, file: Table) -> None:
    broken = verify(period, ())
    if broken:
        more = f" And {len(broken) - 3} more." if len(broken) > 3 else ""
        raise DataError(
            f"{file.where}: the fixed visits can't all stand. {' '.join(broken[:3])}{more} Move or remove one."
        )
