"""All days of a period, and the best place for one patient's series among what is already entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenuto.core.scheduling.daybook import Daybook
from tenuto.core.scheduling.judging import waiting_points
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest

__all__ = ["Diary", "PossibleDay", "chain", "keeps_gap"]


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
            free = book.suits(request) & book.free_starts()
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
        found = chain(self.options(request), request)
        return tuple(self.place(request, option, n) for n, option in enumerate(found, 1))


def chain(
    options: Iterable[PossibleDay], request: SeriesRequest, *, after: date | None = None
) -> tuple[PossibleDay, ...]:
    """The longest series up to `request.count` that keeps the gaps, and of those the one with the fewest points.

    Its first visit keeps the gaps from the visit on `after`, where there was one.
    """
    days = sorted(options, key=lambda option: option.date)
    best: list[tuple[int, tuple[PossibleDay, ...]]] = []
    ending: dict[int, tuple[int, tuple[PossibleDay, ...]]] = {
        k: (option.points, (option,))
        for k, option in enumerate(days)
        if after is None or keeps_gap(request, after, option.date)
    }
    while ending and len(best) < request.count:
        best.append(min(ending.values(), key=lambda found: (found[0], [o.date for o in found[1]])))
        ending = _longer(days, ending, request)
    return best[-1][1] if best else ()


def _longer(
    days: list[PossibleDay], ending: Mapping[int, tuple[int, tuple[PossibleDay, ...]]], request: SeriesRequest
) -> dict[int, tuple[int, tuple[PossibleDay, ...]]]:
    """For each day, the cheapest series with one visit more that ends there."""
    found: dict[int, tuple[int, tuple[PossibleDay, ...]]] = {}
    for k, option in enumerate(days):
        before = [
            series
            for last, series in ending.items()
            if last < k and keeps_gap(request, days[last].date, option.date)
        ]
        if before:
            points, series = min(before, key=lambda s: s[0])
            found[k] = (points + option.points, (*series, option))
    return found


def keeps_gap(request: SeriesRequest, before: date, after: date) -> bool:
    """Whether two visits of a series, one after the other, may be on these days."""
    return max(request.least_gap_days, 1) <= (after - before).days <= request.most_gap_days
