"""The proposal: first-fit at once, then the solver for as long as there is time, and the best of what passes the check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.core.scheduling.daybook import Spot
from tenuto.core.scheduling.days import DayChoice, Days
from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.judging import points_of
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest
from tenuto.core.scheduling.shaking import shaken
from tenuto.core.scheduling.solver import Deadline
from tenuto.core.scheduling.starts import DayStarts, day_starts, most_visits
from tenuto.core.scheduling.verify import verify

__all__ = ["Schedule", "propose"]

GAP = 0.005
"""Nearer to the bound than this nobody looks further: half a percent of the points [D]."""


A_DAYS_SHARE = 3
"""One hard day may take so many times its share of the time that is left for the days after it."""
FOR_DAYS = 1 / 3
"""The share of the time left that one choice of days may take: the days themselves are still to be looked at, and another
choice to be made of what was learned from them."""
FOR_SHAKING = 0.2
"""The share of the time that is kept for the last improvements."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Visits that break no rule, in order of time; their points, and the points that no schedule can be below."""

    visits: tuple[BookedVisit, ...]
    objective: int
    bound: float
    broken: tuple[str, ...]
    """What the independent check finds; empty."""

    @property
    def gap(self) -> float:
        """How far above the bound, as a share of the objective."""
        return (self.objective - self.bound) / self.objective if self.objective else 0.0


def propose(period: Period, *, seconds: float) -> Schedule:
    """The best schedule found in about so many seconds; with 0 seconds the first fit.

    The same for the same period in any order, unless time runs out. `bound` holds for every schedule of the period.
    """
    ordered, deadline = period.in_order(), Deadline(seconds)
    search = _Search(ordered)
    search.keep(first_fit(ordered))
    exact = Deadline(seconds * (1 - FOR_SHAKING))
    while exact.left > 0 and not search.good_enough and search.improve(exact):
        pass
    if not search.good_enough:
        search.keep(shaken(ordered, search.best, deadline, search.bound * (1 + GAP)))
    return search.schedule()


class _Search:
    def __init__(self, period: Period) -> None:
        self.period = period
        self.requests: Mapping[str, SeriesRequest] = {r.patient: r for r in period.requests}
        empty = Diary(period)
        options = {request.patient: empty.options(request) for request in period.requests}
        fixed = {r.patient: frozenset(map(empty.day_of, empty.visits[r.patient])) for r in period.requests}
        self.days = Days(period, options, fixed)
        self.best: tuple[BookedVisit, ...] = ()
        self.objective = points_of(period, ())
        self.bound = 0.0
        self._rounds = 0
        self._looked_at: dict[tuple[date, frozenset[str]], DayStarts] = {}

    @property
    def good_enough(self) -> bool:
        return self.objective - self.bound <= GAP * self.objective

    def keep(self, visits: Iterable[BookedVisit]) -> None:
        """Remember the schedule if it is the best so far and passes the check."""
        found = tuple(sorted(visits, key=lambda visit: (visit.start, visit.patient)))
        objective = points_of(self.period, found)
        if objective < self.objective and not verify(self.period, found):
            self.best, self.objective = found, objective

    def schedule(self) -> Schedule:
        bound = min(self.bound, self.objective)
        return Schedule(self.best, self.objective, bound, verify(self.period, self.best))

    def improve(self, deadline: Deadline) -> bool:
        """Choose days, then starts on each; False when nothing was learned that another round could use."""
        if not self._rounds:
            self._limit_days(deadline)
        self._rounds += 1
        choice = self.days.choose(seconds=deadline.left * FOR_DAYS, gap=GAP / 2)
        if choice is None:
            return False
        self.bound = max(self.bound, choice.bound)
        coming = _by_day(choice)
        spots: dict[date, Mapping[str, Spot]] = {}
        learned = False
        empty = Diary(self.period)
        for number, (day, patients) in enumerate(coming.items()):
            wanted = [self.requests[patient] for patient in patients]
            share = deadline.left / (len(coming) - number) * A_DAYS_SHARE
            key = day, frozenset(patients)
            found = self._looked_at.get(key)
            if found is None:
                found = day_starts(empty.books[day], wanted, seconds=min(share, deadline.left))
                self._looked_at[key] = found
            spots[day] = found.spots
            if found.at_most < len(patients):
                self.days.limit(day, patients, found.at_most)
                learned = True
            elif len(found.spots) < len(patients) and deadline.left > 0:
                # Perhaps they fit, but no starts were found in the time: another choice of days may find them sooner.
                self.days.limit(day, patients, len(found.spots), proved=False)
                learned = True
        self.keep(_entered(self.period, choice, spots, self.requests))
        return learned

    def _limit_days(self, deadline: Deadline) -> None:
        """How many of all patients each day can hold at once."""
        empty = Diary(self.period)
        for day, book in empty.books.items():
            able = [
                r for r in self.period.requests if any(o.date == day for o in self.days.options[r.patient])
            ]
            if able:
                most = most_visits(book, able, seconds=min(deadline.left, 1.0))
                self.days.limit(day, [r.patient for r in able], most)


def _by_day(choice: DayChoice) -> Mapping[date, list[str]]:
    found: dict[date, list[str]] = {}
    for patient, dates in choice.dates.items():
        for day in dates:
            found.setdefault(day, []).append(patient)
    return dict(sorted(found.items()))


def _entered(
    period: Period,
    choice: DayChoice,
    spots: Mapping[date, Mapping[str, Spot]],
    requests: Mapping[str, SeriesRequest],
) -> Sequence[BookedVisit]:
    """The chosen visits that found a start, where the whole series did; then the others, each as it fits best."""
    diary = Diary(period)
    left: list[SeriesRequest] = []
    for patient, dates in choice.dates.items():
        request = requests[patient]
        if dates and all(patient in spots[day] for day in dates):
            for n, day in enumerate(dates, 1):
                spot, book = spots[day][patient], diary.books[day]
                diary.enter(
                    period.visit(
                        request,
                        n,
                        period.chairs[spot.chair].id,
                        period.nurses[spot.nurse].id,
                        book.at(spot.start),
                    )
                )
        else:
            left.append(request)
    for request in left:
        diary.place_series(request)
    return [visit for visits in diary.visits.values() for visit in visits if visit.n]
