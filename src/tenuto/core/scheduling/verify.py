"""The independent check of a schedule: slow, obvious, and with no line of code in common with what made it.

It reads the period as it was written and walks through instants, not through the minutes and days of the makers.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tenuto.core.dates import say_day
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest

__all__ = ["verify"]


def verify(period: Period, visits: Iterable[BookedVisit]) -> tuple[str, ...]:
    """Every rule that the visits, together with the fixed ones, break: a sentence each, in order; none when it holds.

    A visit's hands are from its start to the end of the infusion, its observation until `end`, its chair's use until the
    turnover is over. The rules: known chair, nurse and patient; the length of the profile; inside one clinic day; one patient
    a chair; a nurse on shift for the whole of the hands and with no more patients in hand than the ratio; enough nurses on
    shift with nobody in hand for those observed; a prescriber on site for the whole of the hands, where any are named; a monitor
    for each patient from the start to the end of the observation, where they are counted; inside the patient's times; an end at
    which somebody takes the patient home; numbered from 1 in order of time; gaps; the most
    on any seven days in a row.
    """
    placed, fixed = tuple(visits), period.fixed
    everything = (*fixed, *placed)
    # A chair or a nurse that is gone says nothing of the other visits: they are checked all the same.
    known = [visit for visit in everything if any(nurse.id == visit.nurse for nurse in period.nurses)]
    return (
        *_unknown(period, placed),
        *(sentence for visit in known for sentence in _alone(period, visit)),
        *_chairs(period, everything),
        *_hands(period, everything),
        *_watch(period, everything),
        *_prescribed(period, everything),
        *_monitors(period, everything),
        *_patients(period, placed),
    )


def _unknown(period: Period, placed: Sequence[BookedVisit]) -> Iterator[str]:
    chairs, nurses = {chair.id for chair in period.chairs}, {nurse.id for nurse in period.nurses}
    asked = {request.patient for request in period.requests}
    for visit in (*period.fixed, *placed):
        if visit.chair not in chairs:
            yield f"{_said(period, visit)} is in chair {visit.chair}, which there is not. Choose one of the chairs."
        if visit.nurse not in nurses:
            yield f"{_said(period, visit)} is with nurse {visit.nurse}, whom there is not. Choose one of the nurses."
    for visit in placed:
        if visit.patient not in asked:
            yield f"{_said(period, visit)} was not asked for. Leave it out, or ask for it."


def _alone(period: Period, visit: BookedVisit) -> Iterator[str]:
    """What is wrong with the visit whatever else is booked."""
    start, end = visit.start.astimezone(UTC), visit.end.astimezone(UTC)
    profile = visit.profile or period.profile
    long = profile.prepare_minutes + profile.infuse_minutes + profile.observe_minutes
    if end - start != timedelta(minutes=long):
        yield f"{_said(period, visit)} is not {long} min long. Correct its end."
    free = end + timedelta(minutes=profile.turnover_minutes)
    if not any(
        day.open.start.astimezone(UTC) <= start and free <= day.open.end.astimezone(UTC)
        for day in period.days
    ):
        yield f"{_said(period, visit)}, with its turnover, is not inside the hours of a clinic day. Move it."
    infused = start + timedelta(minutes=profile.prepare_minutes + profile.infuse_minutes)
    shifts = next(nurse.shifts for nurse in period.nurses if nurse.id == visit.nurse)
    if not _covered([(s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in shifts], start, infused):
        yield f"{_said(period, visit)}: nurse {visit.nurse} is not on shift until the infusion ends. Choose another nurse."


def _covered(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> bool:
    """True when the spans together leave no instant between start and end uncovered."""
    reached = start
    for first, last in sorted(spans):
        if first <= reached < last:
            reached = last
    return reached >= end


def _chairs(period: Period, visits: Sequence[BookedVisit]) -> Iterator[str]:
    for chair in period.chairs:
        mine = _on_utc(period, (visit for visit in visits if visit.chair == chair.id))
        for k, one in enumerate(mine):
            for other in mine[k + 1 :]:
                if other.start < one.end + one.turnover:
                    yield (
                        f"Chair {chair.id} is taken twice: {_said(period, one.visit)} and {_said(period, other.visit)}. Move one."
                    )


@dataclass(frozen=True, slots=True)
class _OnUtc:
    """A visit's instants in UTC: compared often, and an hour that comes twice is two there."""

    visit: BookedVisit
    start: datetime
    infused: datetime
    end: datetime
    turnover: timedelta

    def in_hand(self, instant: datetime) -> bool:
        return self.start <= instant < self.infused

    def observed(self, instant: datetime) -> bool:
        return self.infused <= instant < self.end


def _on_utc(period: Period, visits: Iterable[BookedVisit]) -> list[_OnUtc]:
    """In order of their starts."""
    found = []
    for visit in visits:
        takes = visit.profile or period.profile
        start, end = visit.start.astimezone(UTC), visit.end.astimezone(UTC)
        hands = timedelta(minutes=takes.prepare_minutes + takes.infuse_minutes)
        found.append(_OnUtc(visit, start, start + hands, end, timedelta(minutes=takes.turnover_minutes)))
    return sorted(found, key=lambda one: one.start)


def _hands(period: Period, visits: Sequence[BookedVisit]) -> Iterator[str]:
    most = period.ratios.infuse
    for nurse in period.nurses:
        mine = _on_utc(period, (visit for visit in visits if visit.nurse == nurse.id))
        for one in mine:
            together = [other for other in mine if other.in_hand(one.start)]
            if len(together) > most:
                yield (
                    f"Nurse {nurse.id} has {len(together)} patients in preparation or infusion at {_at(period, one.start)}; "
                    f"at most {most}. Move one, or choose another nurse."
                )


def _watch(period: Period, visits: Sequence[BookedVisit]) -> Iterator[str]:
    """Those observed, at every instant at which their number or that of the free nurses can change."""
    everyone = _on_utc(period, visits)
    starts = [one.start for one in everyone]
    longest = max((one.end - one.start for one in everyone), default=timedelta())
    shifts = {
        nurse.id: [(s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in nurse.shifts]
        for nurse in period.nurses
    }
    changes = {instant for one in everyone for instant in (one.start, one.infused, one.end)}
    changes |= {edge for spans in shifts.values() for span in spans for edge in span}
    said: set[str] = set()
    for instant in sorted(changes):
        there = everyone[bisect_right(starts, instant - longest) : bisect_right(starts, instant)]
        observed = [one for one in there if one.observed(instant)]
        if not observed:
            continue
        busy = {one.visit.nurse for one in there if one.in_hand(instant)}
        free = [
            name
            for name, spans in shifts.items()
            if name not in busy and any(first <= instant < last for first, last in spans)
        ]
        if len(observed) > period.ratios.observe * len(free) and _at(period, instant) not in said:
            said.add(_at(period, instant))
            yield (
                f"At {_at(period, instant)} there are {len(observed)} patients under observation and {len(free)} free nurses "
                f"on shift, each for at most {period.ratios.observe}. Move a visit, or add a nurse."
            )


def _prescribed(period: Period, visits: Sequence[BookedVisit]) -> Iterator[str]:
    """One prescriber may take over from another, but at every instant there is one."""
    if not period.prescribers:
        return
    spans = [
        (s.start.astimezone(UTC), s.end.astimezone(UTC)) for each in period.prescribers for s in each.shifts
    ]
    for one in _on_utc(period, visits):
        if not _covered(spans, one.start, one.infused):
            yield (
                f"{_said(period, one.visit)}: no prescriber is on site until the infusion ends. Move it, or have a prescriber there."
            )


def _monitors(period: Period, visits: Sequence[BookedVisit]) -> Iterator[str]:
    """Whoever is in hand or observed has a monitor; their number grows only where a visit starts."""
    if period.monitors is None:
        return
    everyone = _on_utc(period, visits)
    said: set[str] = set()
    for one in everyone:
        there = [other for other in everyone if other.start <= one.start < other.end]
        if len(there) > period.monitors and _at(period, one.start) not in said:
            said.add(_at(period, one.start))
            yield (
                f"At {_at(period, one.start)} there are {len(there)} patients in infusion or under observation and "
                f"{period.monitors} monitors. Move one."
            )


def _patients(period: Period, placed: Sequence[BookedVisit]) -> Iterator[str]:
    by_patient: dict[str, list[BookedVisit]] = defaultdict(list)
    for visit in placed:
        by_patient[visit.patient].append(visit)
    for request in period.requests:
        yield from _series(period, request, by_patient[request.patient])


def _series(period: Period, request: SeriesRequest, placed: Sequence[BookedVisit]) -> Iterator[str]:
    mine = sorted(placed, key=lambda visit: visit.start.astimezone(UTC))
    for visit in mine:
        yield from _length(period, request, visit)
        yield from _times(period, request, visit)
    if [visit.n for visit in mine] != list(range(1, len(mine) + 1)) or len(mine) > request.count:
        yield f"The visits of {request.patient} are not numbered 1 to {request.count} in order of time. Number them again."
    dates = [visit.start.astimezone(period.zone).date() for visit in mine]
    for first, second in itertools.pairwise(dates):
        gap = (second - first).days
        if not max(request.least_gap_days, 1) <= gap <= request.most_gap_days:
            yield (
                f"{request.patient}: from {say_day(first)} to {say_day(second)} are {gap} days; {request.least_gap_days} to "
                f"{request.most_gap_days} are asked for. Move one."
            )
    yield from _weeks(period, request, dates)
    for visit in period.fixed:
        standing = visit.start.astimezone(period.zone).date()
        for day in dates if visit.patient == request.patient else []:
            if abs((day - standing).days) < max(request.least_gap_days, 1):
                yield (
                    f"{request.patient}: {say_day(day)} is less than {max(request.least_gap_days, 1)} days from the fixed visit on "
                    f"{say_day(standing)}. Move it."
                )


def _length(period: Period, request: SeriesRequest, visit: BookedVisit) -> Iterator[str]:
    """Whether the visit has the parts that the series asks for, and not those of another plan."""
    has, asked = visit.profile or period.profile, request.profile or period.profile
    for part, own, wanted in (
        (
            "with the nurse",
            has.prepare_minutes + has.infuse_minutes,
            asked.prepare_minutes + asked.infuse_minutes,
        ),
        ("under observation", has.observe_minutes, asked.observe_minutes),
        ("of turnover", has.turnover_minutes, asked.turnover_minutes),
    ):
        if own != wanted:
            yield f"{_said(period, visit)} has {own} min {part}; {wanted} are asked for. Book it as long as the plan says."


def _weeks(period: Period, request: SeriesRequest, placed: Sequence[date]) -> Iterator[str]:
    """Seven days in a row from any infusion on that hold too many, one of them placed here."""
    if request.most_a_week is None:
        return
    own = {v.start.astimezone(period.zone).date() for v in period.fixed if v.patient == request.patient}
    everything = sorted({*own, *request.had, *placed})
    for first in everything:
        last = first + timedelta(days=6)
        inside = [day for day in everything if first <= day <= last]
        if len(inside) > request.most_a_week and any(day in placed for day in inside):
            yield (
                f"{request.patient}: {len(inside)} infusions from {say_day(first)} to {say_day(last)}; at most "
                f"{request.most_a_week} on any 7 days. Move one."
            )


def _times(period: Period, request: SeriesRequest, visit: BookedVisit) -> Iterator[str]:
    start, end = visit.start.astimezone(UTC), visit.end.astimezone(UTC)
    if start < request.earliest.astimezone(UTC) or end > request.latest.astimezone(UTC):
        yield f"{_said(period, visit)} is before the earliest or after the latest time asked for. Move it."
    if request.available is not None and not _covered(
        [(s.start.astimezone(UTC), s.end.astimezone(UTC)) for s in request.available], start, end
    ):
        yield f"{_said(period, visit)} is at a time at which {request.patient} can't come. Move it."
    if request.escort is not None and not any(
        s.start.astimezone(UTC) <= end <= s.end.astimezone(UTC) for s in request.escort
    ):
        yield f"{_said(period, visit)} ends when nobody can take {request.patient} home. Move it."


def _said(period: Period, visit: BookedVisit) -> str:
    number = f"visit {visit.n}" if visit.n else "the fixed visit"
    return f"{number[:1].upper()}{number[1:]} of {visit.patient} ({_at(period, visit.start)})"


def _at(period: Period, instant: datetime) -> str:
    local = instant.astimezone(period.zone)
    return f"{say_day(local.date())}, {local:%H:%M}"
