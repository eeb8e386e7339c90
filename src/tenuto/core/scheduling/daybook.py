"""One day of the clinic by minutes: what is taken, and where another visit may start.

Everything is counted in minutes from the opening, on arrays as long as the day, so that all starts are judged at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenuto.core.scheduling.period import BookedVisit, ClinicDay, Period, SeriesRequest, Span, VisitProfile

__all__ = ["Daybook", "Spot"]

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


class Spot(NamedTuple):
    """Where a visit may stand on a day: index of its start, of its chair and of its nurse."""

    start: int
    chair: int
    nurse: int


class Daybook:
    """What is taken on one day."""

    def __init__(self, period: Period, day: ClinicDay) -> None:
        """An empty day. `period` gives chairs, nurses, profiles and ratios, in its order."""
        self.period, self.day = period, day
        self.ratios = period.ratios
        self.opens = day.open.start.astimezone(UTC)
        self.minutes = _minutes(day.open.end.astimezone(UTC) - self.opens)
        self.starts: Counts = np.array(list(self._possible_starts()), dtype=np.int64)
        """Minutes from the opening at which a visit may start, in order; a longer visit can't begin at the last of them."""
        self.on_shift: Flags = np.array(
            [self._covered(nurse.shifts) for nurse in period.nurses], dtype=bool
        ).reshape(len(period.nurses), self.minutes)
        self.taken: Flags = np.zeros((len(period.chairs), self.minutes), dtype=bool)
        self.attended: Counts = np.zeros((len(period.nurses), self.minutes), dtype=np.int64)
        self.watched: Counts = np.zeros(self.minutes, dtype=np.int64)
        self.there: Counts = np.zeros(self.minutes, dtype=np.int64)
        """Patients who need a monitor."""
        self.prescribed: Flags = self._prescribed()
        """Whether a prescriber is on site, or none need be."""
        self._chairs = {chair.id: k for k, chair in enumerate(period.chairs)}
        self._nurses = {nurse.id: k for k, nurse in enumerate(period.nurses)}
        self._open: dict[VisitProfile, tuple[Flags, Flags]] = {}
        self._suits: dict[SeriesRequest, tuple[Flags, Counts]] = {}

    @property
    def date(self) -> date:
        """The date of the day."""
        return self.day.date

    def put(self, visit: BookedVisit) -> None:
        """Enter a visit, whether there is room for it or not; a chair or nurse that is no more here is passed over."""
        self._enter(visit, 1)

    def take_out(self, visit: BookedVisit) -> None:
        """Undo `put`."""
        self._enter(visit, -1)

    def has_room(self, visit: BookedVisit, request: SeriesRequest | None = None) -> bool:
        """Whether the visit may stand exactly where it says, beside what is entered, and at the patient's times if asked."""
        minute, profile = self._minute(visit.start), self.period.profile_of(visit)
        if not 0 <= minute <= self.minutes - profile.chair_minutes:
            return False
        starts = np.array([minute], dtype=np.int64)
        chair, nurse = self._chairs.get(visit.chair), self._nurses.get(visit.nurse)
        return (
            chair is not None
            and nurse is not None
            and bool(self._free_chairs(starts, profile)[0, chair])
            and bool(self._free_nurses(starts, profile)[0, nurse])
            and bool(self._allowed(starts, profile)[0])
            and (request is None or bool(self._fits(request, starts)[0]))
        )

    def spots(self, profile: VisitProfile) -> tuple[Flags, Flags]:
        """Which (start, chair) and which (start, nurse) are free for so long; a visit needs both at its start."""
        found = self._open.get(profile)
        if found is None:
            allowed = self._allowed(self.starts, profile)[:, None]
            found = self._open[profile] = (
                self._free_chairs(self.starts, profile) & allowed,
                self._free_nurses(self.starts, profile) & allowed,
            )
        return found

    def free_starts(self, profile: VisitProfile) -> Flags:
        """For each start, whether some chair and some nurse are free for so long."""
        chairs, nurses = self.spots(profile)
        free: Flags = np.logical_and(chairs.any(axis=1), nurses.any(axis=1))
        return free

    def free_for(self, request: SeriesRequest) -> Flags:
        """For each start, whether a visit of this series could begin there."""
        found: Flags = self.suits(request) & self.free_starts(self.period.profile_of(request))
        return found

    def suits(self, request: SeriesRequest) -> Flags:
        """For each start, whether the patient can be there until the observation ends."""
        return self._asked(request)[0]

    def hour_points(self, request: SeriesRequest) -> Counts:
        """For each start, the points for its distance from the hour the patient wishes for."""
        return self._asked(request)[1]

    def _asked(self, request: SeriesRequest) -> tuple[Flags, Counts]:
        found = self._suits.get(request)
        if found is None:
            found = self._suits[request] = (self._fits(request, self.starts), self._hours(request))
        return found

    def _fits(self, request: SeriesRequest, starts: Counts) -> Flags:
        stay = self.period.profile_of(request).stay_minutes
        # Up to the whole minute: at half a minute past nine, nine is over.
        first, last = -_minutes(self.opens - request.earliest.astimezone(UTC)), self._minute(request.latest)
        found: Flags = (starts >= first) & (starts + stay <= last)
        if request.escort is not None:
            fetched = np.zeros(len(starts), dtype=bool)
            for span in request.escort:
                ends = starts + stay
                fetched |= (ends >= self._minute(span.start)) & (ends <= self._minute(span.end))
            found &= fetched
        if request.available is not None:
            there = np.zeros(len(starts), dtype=bool)
            for span in request.available:
                there |= (starts >= self._minute(span.start)) & (starts + stay <= self._minute(span.end))
            found &= there
        return found

    def _hours(self, request: SeriesRequest) -> Counts:
        points, wishes = self.period.points, request.wishes
        if wishes.time is not None:
            wished = datetime.combine(self.date, wishes.time, self.period.zone)
            off: Counts = np.abs(self.starts - self._minute(wished)) // 15
            return off * points.quarter_hour_off
        if wishes.morning:
            until = datetime.combine(self.date, points.morning_until, self.period.zone)
            late: Counts = np.maximum(self.starts - self._minute(until), 0) // 15
            return late * points.quarter_hour_fasting
        return np.zeros(len(self.starts), dtype=np.int64)

    def at(self, start: int) -> datetime:
        """The instant of the start with this index, in the clinic's zone."""
        return self.instant(int(self.starts[start]))

    def instant(self, minute: int) -> datetime:
        """The instant so many minutes after the opening, in the clinic's zone."""
        return (self.opens + timedelta(minutes=minute)).astimezone(self.period.zone)

    def choose(self, start: int, request: SeriesRequest) -> Spot:
        """The chair and nurse for a start that is free: those wished for where they are free, else the best fit.

        The best fit leaves the shortest pause before the visit, so that long free stretches stay whole.
        """
        chairs, nurses = self.spots(self.period.profile_of(request))
        chair = self._best(chairs[start], self.taken, self._chairs.get(request.wishes.chair), start)
        nurse = self._best(nurses[start], self.attended > 0, self._nurses.get(request.wishes.nurse), start)
        return Spot(start, chair, nurse)

    def _best(self, free: Flags, busy: Flags, wished: int | None, start: int) -> int:
        if wished is not None and free[wished]:
            return wished
        minute = int(self.starts[start])
        pauses = {int(k): _pause(busy[k, :minute]) for k in np.flatnonzero(free)}
        return min(pauses, key=lambda k: (pauses[k], k))

    def _possible_starts(self) -> Iterator[int]:
        step, last = self.period.step_minutes, self.minutes - 1
        after = -int(self.opens.timestamp() // 60) % step
        if last >= 0 and after:
            yield 0
        yield from range(after, last + 1, step)

    def _prescribed(self) -> Flags:
        if not self.period.prescribers:
            return np.ones(self.minutes, dtype=bool)
        return self._covered(tuple(span for each in self.period.prescribers for span in each.shifts))

    def _covered(self, spans: tuple[Span, ...]) -> Flags:
        found = np.zeros(self.minutes, dtype=bool)
        for span in spans:
            found[max(self._minute(span.start), 0) : max(self._minute(span.end), 0)] = True
        return found

    def _minute(self, at: datetime) -> int:
        """Minutes from the opening, below zero before it."""
        return _minutes(at.astimezone(UTC) - self.opens)

    def _enter(self, visit: BookedVisit, sign: int) -> None:
        minute, profile = self._minute(visit.start), self.period.profile_of(visit)
        start, infused, stayed, ends = (
            max(minute + later, 0)
            for later in (
                0,
                profile.attended_minutes,
                profile.stay_minutes,
                profile.chair_minutes,
            )
        )
        if visit.chair in self._chairs:
            self.taken[self._chairs[visit.chair], start:ends] = sign > 0
        if visit.nurse in self._nurses:
            self.attended[self._nurses[visit.nurse], start:infused] += sign
        self.watched[infused:stayed] += sign
        self.there[start:stayed] += sign
        self._open.clear()

    @property
    def monitors_left(self) -> Counts | None:
        """By minute, how many more patients have a monitor; None where nothing limits them."""
        return None if self.period.monitors is None else self.period.monitors - self.there

    def _allowed(self, starts: Counts, profile: VisitProfile) -> Flags:
        """A visit may start: a prescriber is on site until the infusion ends, and a monitor is left until the observation does."""
        free = _all_free(~self.prescribed[None, :], starts, 0, profile.attended_minutes)
        left = self.monitors_left
        if left is not None:
            free = free & _all_free((left < 1)[None, :], starts, 0, profile.stay_minutes)
        allowed: Flags = free[:, 0]
        return allowed

    def _free_chairs(self, starts: Counts, profile: VisitProfile) -> Flags:
        return _all_free(self.taken, starts, 0, profile.chair_minutes)

    def _free_nurses(self, starts: Counts, profile: VisitProfile) -> Flags:
        """A nurse may start: on shift, not attending too many, and those observed are still watched without this nurse."""
        idle = self.on_shift & (self.attended == 0)
        room = self.ratios.observe * idle.sum(axis=0) - self.watched
        attending = ~self.on_shift | (self.attended >= self.ratios.infuse)
        leaves = room[None, :] - self.ratios.observe * idle < 0
        hands, stay = profile.attended_minutes, profile.stay_minutes
        free = _all_free(attending | leaves, starts, 0, hands)
        later = _all_free((room < 1)[None, :], starts, hands, stay)
        return free & later


def _all_free(busy: Flags, starts: Counts, first: int, last: int) -> Flags:
    """(start, row): whether the row is free from `first` to `last` minutes after the start, all of them before closing."""
    sums = np.zeros((busy.shape[0], busy.shape[1] + 1), dtype=np.int64)
    np.cumsum(busy, axis=1, out=sums[:, 1:])
    minutes = busy.shape[1]
    until, since = np.minimum(starts + last, minutes), np.minimum(starts + first, minutes)
    free: Flags = ((sums[:, until] == sums[:, since]) & (starts + last <= minutes)).T
    return free


def _pause(busy_before: Flags) -> int:
    """Minutes that were free up to now."""
    taken = np.flatnonzero(busy_before)
    return len(busy_before) - (int(taken[-1]) + 1 if len(taken) else 0)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
