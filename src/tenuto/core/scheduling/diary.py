"""All days of a period, and the best place for one patient's series among what is already entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tenuto.core.scheduling.daybook import Daybook
from tenuto.core.scheduling.judging import waiting_points
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest

__all__ = ["WEEK_DAYS", "Diary", "PossibleDay", "keeps_gap", "keeps_week"]

WEEK_DAYS = 7
"""A week is any seven days in a row, as where the plan is laid out: no calendar week starts the count anew."""


@dataclass(frozen=True, slots=True)
class PossibleDay:
    """A day on which one visit of a patient could stand: the cheapest free start there and its points."""

    date: date
    start: int
    points: int


class Diary:
    """The days of a period with the visits entered so far, the fixed ones among them."""

    def __init__(self, period: Period, visits: Iterable[BookedVisit] = ()) -> None:
        """`period` in its order (`Period.in_order`), and visits to enter besides the fixed ones."""
        self.period = period
        self.books: Mapping[date, Daybook] = {day.date: Daybook(period, day) for day in period.days}
        self.visits: dict[str, list[BookedVisit]] = defaultdict(list)
        for visit in (*period.fixed, *visits):
            self.enter(visit)

    def enter(self, visit: BookedVisit) -> None:
        """Enter a visit on its day; one on a day outside the period takes nothing."""
        book = self.books.get(self.day_of(visit))
        if book is not None:
            book.put(visit)
        self.visits[visit.patient].append(visit)

    def remove(self, visit: BookedVisit) -> None:
        """Undo `enter`."""
        book = self.books.get(self.day_of(visit))
        if book is not None:
            book.take_out(visit)
        self.visits[visit.patient].remove(visit)

    def has_room(self, visit: BookedVisit, request: SeriesRequest | None = None) -> bool:
        """Whether the visit may stand exactly where it says, beside what is entered, and at the patient's times if asked."""
        book = self.books.get(self.day_of(visit))
        return book is not None and book.has_room(visit, request)

    def day_of(self, visit: BookedVisit) -> date:
        """The visit's date at the clinic."""
        return visit.start.astimezone(self.period.zone).date()

    def options(self, request: SeriesRequest) -> tuple[PossibleDay, ...]:
        """Each day with a free start that suits the patient, far enough from the patient's visits entered already."""
        own = [self.day_of(visit) for visit in self.visits[request.patient]]
        found = []
        for day, book in self.books.items():
            if any(abs((day - other).days) < max(request.least_gap_days, 1) for other in own):
                continue
            free = book.free_for(request)
            if free.any():
                hours = np.where(free, book.hour_points(request), np.iinfo(np.int64).max)
                start = int(hours.argmin())
                points = int(hours[start]) + waiting_points(self.period, request, day)
                found.append(PossibleDay(day, start, points))
        return tuple(found)

    def place(self, request: SeriesRequest, option: PossibleDay, n: int) -> BookedVisit:
        """Enter the `n`th visit of a series there."""
        book = self.books[option.date]
        spot = book.choose(option.start, request)
        visit = self.period.visit(
            request,
            n,
            self.period.chairs[spot.chair].id,
            self.period.nurses[spot.nurse].id,
            book.at(spot.start),
        )
        self.enter(visit)
        return visit

    def place_series(self, request: SeriesRequest) -> tuple[BookedVisit, ...]:
        """Enter as much of the series as fits, from its first visit, with the fewest points; what was entered."""
        found = self.chain(self.options(request), request)
        return tuple(self.place(request, option, n) for n, option in enumerate(found, 1))

    def chain(
        self, options: Iterable[PossibleDay], request: SeriesRequest, *, after: date | None = None
    ) -> tuple[PossibleDay, ...]:
        """The longest series up to `request.count` beside what the patient has had and what is entered of the patient's.

        It keeps the gaps and the most a week, its first visit also the gaps from the visit on `after`, where there was one;
        of the longest it is the one with the fewest points.
        """
        others = frozenset((*request.had, *(self.day_of(v) for v in self.visits[request.patient])))
        return _chain(sorted(options, key=lambda option: option.date), request, after, others)


_Series = tuple[int, tuple[PossibleDay, ...]]
"""The points of a series, and its days."""
_Ending = tuple[int, tuple[date, ...]]
"""A series as whatever follows sees it: the number of its last day, and the dates before that a week's most still counts."""


def _chain(
    days: Sequence[PossibleDay], request: SeriesRequest, after: date | None, others: frozenset[date]
) -> tuple[PossibleDay, ...]:
    best: list[_Series] = []
    ending: dict[_Ending, _Series] = {
        (k, ()): (option.points, (option,))
        for k, option in enumerate(days)
        if (after is None or keeps_gap(request, after, option.date))
        and keeps_week(request, option.date, others)
    }
    while ending and len(best) < request.count:
        best.append(min(ending.values(), key=lambda found: (found[0], [o.date for o in found[1]])))
        ending = _longer(days, ending, request, others)
    return best[-1][1] if best else ()


def _longer(
    days: Sequence[PossibleDay],
    ending: Mapping[_Ending, _Series],
    request: SeriesRequest,
    others: frozenset[date],
) -> dict[_Ending, _Series]:
    """For each day and what a week still counts before it, the cheapest series with one visit more that ends there."""
    found: dict[_Ending, _Series] = {}
    for k, option in enumerate(days):
        for (last, counted), (points, series) in ending.items():
            if last >= k or not keeps_gap(request, days[last].date, option.date):
                continue
            near = counted
            if request.most_a_week is not None:
                near = _near(request, (*counted, days[last].date), option.date)
                if not keeps_week(request, option.date, others.union(near)):
                    continue
            known = found.get((k, near))
            if known is None or points + option.points < known[0]:
                found[k, near] = (points + option.points, (*series, option))
    return found


def _near(request: SeriesRequest, before: Iterable[date], day: date) -> tuple[date, ...]:
    """The dates that a week with `day` in it counts; none where the least gap alone keeps a week from holding too many."""
    if request.most_a_week is None or -(-WEEK_DAYS // max(request.least_gap_days, 1)) <= request.most_a_week:
        return ()
    return tuple(other for other in before if (day - other).days < WEEK_DAYS)


def keeps_week(request: SeriesRequest, day: date, others: Collection[date]) -> bool:
    """Whether another visit may be on this day: no seven days in a row with it hold more than the most a week."""
    if request.most_a_week is None:
        return True
    near = [other for other in others if abs((day - other).days) < WEEK_DAYS]
    return all(
        1 + sum(0 <= (other - first).days < WEEK_DAYS for other in near) <= request.most_a_week
        for first in (day - timedelta(days=k) for k in range(WEEK_DAYS))
    )


def keeps_gap(request: SeriesRequest, before: date, after: date) -> bool:
    """Whether two visits of a series, one after the other, may be on these days."""
    return max(request.least_gap_days, 1) <= (after - before).days <= request.most_gap_days
