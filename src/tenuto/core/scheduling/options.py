"""Up to three ways to place one series beside what stands: as early as can be, as steady as can be, with the fewest trips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise

from tenuto.core.scheduling.daybook import Daybook
from tenuto.core.scheduling.diary import Diary, PossibleDay
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest, Wishes

__all__ = ["OptionKind", "SeriesOption", "series_options"]

ANOTHER_TRIP = 10_000
"""Points for a day on which the patient does not come anyway: more than any waiting in a period."""
MOST_HOURS = 24
"""So many hours of the day are tried for a steady series; each takes about a millisecond a clinic day."""


class OptionKind(StrEnum):
    """What a way to place a series is best at."""

    EARLIEST = "earliest"
    STEADIEST = "steadiest"
    FEWEST_TRIPS = "fewest trips"


@dataclass(frozen=True, slots=True)
class SeriesOption:
    """One way, and all that it is best at."""

    kinds: tuple[OptionKind, ...]
    visits: tuple[BookedVisit, ...]


def series_options(
    period: Period, request: SeriesRequest, *, comes_anyway: Iterable[date] = ()
) -> tuple[SeriesOption, ...]:
    """The ways to place `request` beside the fixed visits of `period`, each different from the others, the earliest first.

    `comes_anyway` are dates on which the patient is at the clinic for something else: without any, no way has fewer trips.
    A way may hold fewer visits than were asked for; `reasons.unplaced` says why. None holds a visit where nothing is free.
    """
    ordered = replace(period, requests=(request,)).in_order()
    (asked,) = ordered.requests
    found = [(OptionKind.EARLIEST, Diary(ordered).place_series(asked))]
    steady = _steadiest(ordered, asked)
    if len(steady) >= len(found[0][1]):
        found.append((OptionKind.STEADIEST, steady))
    there = frozenset(comes_anyway)
    if there:
        found.append((OptionKind.FEWEST_TRIPS, _fewest_trips(ordered, asked, there)))
    return tuple(_merged(found))


def _merged(found: Sequence[tuple[OptionKind, tuple[BookedVisit, ...]]]) -> Iterator[SeriesOption]:
    by_visits: dict[tuple[BookedVisit, ...], list[OptionKind]] = {}
    for kind, visits in found:
        if visits:
            by_visits.setdefault(visits, []).append(kind)
    for visits, kinds in by_visits.items():
        yield SeriesOption(tuple(kinds), visits)


def _fewest_trips(period: Period, request: SeriesRequest, there: frozenset[date]) -> tuple[BookedVisit, ...]:
    diary = Diary(period)
    options = [
        replace(each, points=each.points + (0 if each.date in there else ANOTHER_TRIP))
        for each in diary.options(request)
    ]
    return tuple(diary.place(request, each, n) for n, each in enumerate(diary.chain(options, request), 1))


def _steadiest(period: Period, request: SeriesRequest) -> tuple[BookedVisit, ...]:
    """At one hour of the day throughout, with the same chair and nurse on as many days as can be, and even gaps."""
    diary = Diary(period)
    options = diary.options(request)
    tried = [
        _Hour(diary, request, at, diary.chain(_at_hour(diary, request, options, at), request))
        for at in _hours(diary, request)
    ]
    whole = [each for each in tried if each.days]
    if not whole:
        return ()
    best = min(whole, key=_Hour.rank)
    return tuple(best.place())


def _hours(diary: Diary, request: SeriesRequest) -> list[time]:
    """The hours at which most days could take a visit, the one that was wished for alone where there is one."""
    if request.wishes.time is not None:
        return [request.wishes.time]
    counted: Counter[time] = Counter()
    for book in diary.books.values():
        for index in book.free_for(request).nonzero()[0]:
            counted[book.at(int(index)).time()] += 1
    return sorted(counted, key=lambda at: (-counted[at], at))[:MOST_HOURS]


def _at_hour(
    diary: Diary, request: SeriesRequest, options: Iterable[PossibleDay], at: time
) -> list[PossibleDay]:
    """The days that have exactly this start free."""
    found = []
    for option in options:
        book = diary.books[option.date]
        index = _start_at(book, request, at)
        if index is not None:
            found.append(replace(option, start=index))
    return found


def _start_at(book: Daybook, request: SeriesRequest, at: time) -> int | None:
    free = book.free_for(request)
    return next((int(index) for index in free.nonzero()[0] if book.at(int(index)).time() == at), None)


@dataclass(frozen=True, slots=True)
class _Hour:
    """A series at one hour of the day."""

    diary: Diary
    request: SeriesRequest
    at: time
    days: tuple[PossibleDay, ...]

    def rank(self) -> tuple[int, int, int, timedelta, date, time]:
        """Whole first, then in the morning where it is wished for, then as few changes of chair and nurse as can be, then even
        gaps, then early."""
        gaps = [after.date - before.date for before, after in pairwise(self.days)]
        uneven = max(gaps) - min(gaps) if gaps else timedelta()
        same = sum(max(counted.values(), default=0) for counted in self._free().values())
        fasting = sum(
            int(self.diary.books[each.date].hour_points(self.request)[each.start]) for each in self.days
        )
        return -len(self.days), fasting, -same, uneven, self.days[-1].date, self.at

    def _free(self) -> Mapping[str, Counter[str]]:
        """On how many of the days each chair and each nurse is free."""
        chairs: Counter[str] = Counter()
        nurses: Counter[str] = Counter()
        for option in self.days:
            free_chairs, free_nurses = self.diary.books[option.date].spots(
                self.diary.period.profile_of(self.request)
            )
            chairs.update(self.diary.period.chairs[k].id for k in free_chairs[option.start].nonzero()[0])
            nurses.update(self.diary.period.nurses[k].id for k in free_nurses[option.start].nonzero()[0])
        return {"chair": chairs, "nurse": nurses}

    def place(self) -> Iterator[BookedVisit]:
        """Enter the series with the chair and nurse that are free most often; those wished for come first."""
        free, wishes = self._free(), self.request.wishes
        same = replace(
            self.request,
            wishes=Wishes(
                wishes.chair or _most(free["chair"]), wishes.nurse or _most(free["nurse"]), self.at
            ),
        )
        for n, option in enumerate(self.days, 1):
            yield self.diary.place(same, option, n)


def _most(counted: Counter[str]) -> str:
    return min(counted, key=lambda name: (-counted[name], name), default="")
