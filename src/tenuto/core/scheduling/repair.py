"""A schedule again after something changed: a visit missed or cancelled, a nurse or a chair away, a patient's times others.

What still stands stays where it is. The series that lost a visit are placed again, each so that the fewest of its own
visits move and, of those ways, by the points of every schedule. Only where one lacks a visit even so, one other series makes
room for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from tenuto.core.scheduling.diary import Diary, PossibleDay, keeps_gap, keeps_week
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest
from tenuto.core.scheduling.soonest import is_over, soonest
from tenuto.core.scheduling.verify import verify

__all__ = ["Repair", "repair"]

_MOVED = 1_000_000
"""More than all points of a series: no wish and no waiting moves a visit that can stay."""
_TRIES = 12
"""So many other series are tried to be moved for one that lacks a visit; each takes some ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The schedule after the repair, and what it changed."""

    visits: tuple[BookedVisit, ...]
    """Everything that is booked now, numbered again in order of time."""
    moved: tuple[BookedVisit, ...]
    """Visits, as they stood, that were not given up and stand there no more: elsewhere now, or without a place."""
    added: tuple[BookedVisit, ...]
    """Visits at places at which the patient had none."""
    must_move: int
    """How many of `moved` could not stay, whatever else is done: where it equals their number, no repair moves fewer."""
    broken: tuple[str, ...]
    """What the independent check finds of the repaired schedule; nothing may be booked while something stands here."""


def repair(
    period: Period,
    visits: Iterable[BookedVisit],
    *,
    now: datetime,
    given_up: Iterable[BookedVisit] = (),
    patients: Iterable[str] = (),
) -> Repair:
    """Replace the visits that were given up, and those that can't stay under `period` as it is now.

    `given_up` are visits of `visits` that were missed or cancelled and are to be had again; `patients` are those who lack a
    visit that is among them no more. What began by `now` stays, and nothing is placed sooner than `soonest` allows.
    A visit for which there is no place is left out; `reasons.unplaced` says why.
    """
    ordered, lost = period.in_order(), set(given_up)
    standing = sorted(
        (v for v in visits if v not in lost), key=lambda v: (v.start.astimezone(UTC), v.patient)
    )
    diary = Diary(ordered)
    out = [visit for visit in standing if not _stays(diary, visit, now)]
    for request in _turns(ordered, standing, {visit.patient for visit in (*out, *lost)} | set(patients)):
        mine = [v for v in standing if v.patient == request.patient]
        for visit in mine:
            if visit not in out and not is_over(visit.start, now):
                diary.remove(visit)
        _place_again(diary, request, mine, now)
        if _lacks(diary, request):
            _make_room(diary, request, standing, now)
    after = tuple(_numbered(diary, ordered))
    before, found = {_place(v) for v in standing}, {_place(v) for v in after}
    return Repair(
        after,
        tuple(v for v in standing if _place(v) not in found),
        tuple(v for v in after if _place(v) not in before),
        len(out),
        verify(ordered, after),
    )


def _stays(diary: Diary, visit: BookedVisit, now: datetime) -> bool:
    """Enter the visit where it is, if it began already or has room there for itself."""
    asked = {request.patient: request for request in diary.period.requests}
    request = asked.get(visit.patient)
    if not is_over(visit.start, now) and not (
        diary.has_room(visit, request) and (request is None or _fits_length(diary.period, request, visit))
    ):
        return False
    diary.enter(visit)
    return True


def _fits_length(period: Period, request: SeriesRequest, visit: BookedVisit) -> bool:
    return period.profile_of(visit).takes_as_long(period.profile_of(request))


def _as_long(period: Period, request: SeriesRequest, visit: BookedVisit) -> BookedVisit:
    """The visit in its place, as long as the series asks for."""
    if _fits_length(period, request, visit):
        return visit
    return period.visit(request, visit.n, visit.chair, visit.nurse, visit.start)


def _turns(period: Period, standing: Sequence[BookedVisit], touched: set[str]) -> list[SeriesRequest]:
    """The series to place again: those that lost a visit, and those whose gaps no longer hold; the urgent first."""
    found = []
    for request in period.requests:
        mine = [v for v in standing if v.patient == request.patient]
        dates = sorted(v.start.astimezone(period.zone).date() for v in mine)
        if (
            request.patient in touched
            or not all(keeps_gap(request, before, after) for before, after in pairwise(dates))
            or not all(keeps_week(request, day, {*dates, *request.had} - {day}) for day in dates)
        ):
            found.append(request)
    return sorted(found, key=lambda request: (not request.urgent, request.patient))


def _place_again(diary: Diary, request: SeriesRequest, mine: Sequence[BookedVisit], now: datetime) -> None:
    """The longest series behind what has begun already, and of those the one that moves the fewest of `mine`.

    None of the patient's visits to come are entered before; all of the series are after.
    """
    past = [v for v in mine if is_over(v.start, now)]
    left = replace(request, count=request.count - len(past), earliest=max(request.earliest, soonest(now)))
    if left.count < 1:
        return
    # One that has another length by now stays at its hour where there is room for it.
    coming = [_as_long(diary.period, request, v) for v in mine if not is_over(v.start, now)]
    kept = {PossibleDay(diary.day_of(v), -1, -_MOVED): v for v in coming if diary.has_room(v, request)}
    last = max((diary.day_of(v) for v in past), default=None)
    found = diary.chain((*kept, *diary.options(left)), left, after=last)
    for n, option in enumerate(found, len(past) + 1):
        if option in kept:
            diary.enter(replace(kept[option], n=n))
        else:
            diary.place(request, option, n)


def _lacks(diary: Diary, request: SeriesRequest) -> int:
    return request.count - len(_coming(diary, request.patient))


def _coming(diary: Diary, patient: str, *, since: datetime | None = None) -> list[BookedVisit]:
    return [v for v in diary.visits[patient] if v.n and (since is None or not is_over(v.start, since))]


def _make_room(diary: Diary, request: SeriesRequest, standing: Sequence[BookedVisit], now: datetime) -> None:
    """Place one other series again after this one, where that gives this one more visits and takes none from the other.

    Of the first few that would do, the one of which the fewest visits move.
    """
    others = [r for r in diary.period.requests if r is not request and _coming(diary, r.patient, since=now)]
    pairs = ((request, other) for other in others[:_TRIES])
    before = {r.patient: _coming(diary, r.patient, since=now) for r in (request, *others)}
    best: tuple[int, int, list[BookedVisit]] | None = None
    for pair in pairs:
        lacking = [_lacks(diary, r) for r in pair]
        _swap(diary, pair, now, [])
        for r in pair:
            _place_again(diary, r, [v for v in standing if v.patient == r.patient], now)
        fewer = [_lacks(diary, r) for r in pair]
        found = [v for r in pair for v in _coming(diary, r.patient, since=now)]
        moved = len({_place(v) for v in before[pair[1].patient]} - {_place(v) for v in found})
        if (
            fewer[0] < lacking[0]
            and fewer[1] <= lacking[1]
            and (best is None or (fewer[0], moved) < best[:2])
        ):
            best = (fewer[0], moved, found)
        _swap(diary, pair, now, [v for r in pair for v in before[r.patient]])
    if best is not None:
        chosen = {v.patient for v in best[2]}
        _swap(diary, [r for r in (request, *others) if r.patient in chosen], now, best[2])


def _swap(
    diary: Diary, requests: Iterable[SeriesRequest], now: datetime, visits: Iterable[BookedVisit]
) -> None:
    """Take out the visits to come of these patients, and enter others instead."""
    for request in requests:
        for visit in _coming(diary, request.patient, since=now):
            diary.remove(visit)
    for visit in visits:
        diary.enter(visit)


def _numbered(diary: Diary, period: Period) -> Iterable[BookedVisit]:
    for request in period.requests:
        yield from _renumbered([v for v in diary.visits[request.patient] if v.n])


def _renumbered(visits: Sequence[BookedVisit]) -> list[BookedVisit]:
    ordered = sorted(visits, key=lambda v: v.start.astimezone(UTC))
    return [replace(visit, n=n) for n, visit in enumerate(ordered, 1)]


def _place(visit: BookedVisit) -> tuple[str, str, str, datetime, datetime]:
    """Where and for how long: a visit that becomes longer at its hour is another one."""
    start, end = visit.start.astimezone(UTC), visit.end.astimezone(UTC)
    return visit.patient, visit.chair, visit.nurse, start, end
