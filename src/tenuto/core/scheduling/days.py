"""Which patient comes on which days: all series at once, with the day itself reduced to how many it can hold.

Variables: whether the nth visit of a series is on a day. The gaps are kept by rows of sums, which leave each series whole by
itself; what a day can hold is told by rows that are added as single days are looked at (`starts`). Every row that is added
holds for every schedule there is, so the solver's bound is a bound on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tenuto.core.scheduling.diary import WEEK_DAYS, PossibleDay
from tenuto.core.scheduling.period import Period, SeriesRequest
from tenuto.core.scheduling.solver import Found, WholeProgram

__all__ = ["DayChoice", "Days"]


@dataclass(frozen=True, slots=True)
class DayChoice:
    """For each patient the dates of the series, and the points below which no schedule can be."""

    dates: Mapping[str, tuple[date, ...]]
    bound: float


@dataclass(slots=True)
class Days:
    """The choice of days, asked again each time a day turned out to hold less."""

    period: Period
    options: Mapping[str, tuple[PossibleDay, ...]]
    """By patient: the days on which a visit could stand if nobody else came."""
    fixed: Mapping[str, frozenset[date]] = field(default_factory=dict)
    """By patient: the dates of the visits that are fixed."""
    _limits: list[tuple[date, frozenset[str], int, bool]] = field(default_factory=list)

    def limit(self, day: date, patients: Iterable[str], most: int, *, proved: bool = True) -> None:
        """Of these patients at most so many can come on the day; or, not `proved`, no more were found a start in time."""
        self._limits.append((day, frozenset(patients), most, proved))

    def others(self, request: SeriesRequest) -> frozenset[date]:
        """The dates of the patient's infusions that are not to be placed: given already, or fixed."""
        return self.fixed.get(request.patient, frozenset()).union(request.had)

    def choose(self, *, seconds: float, gap: float) -> DayChoice | None:
        """The best choice under all limits so far; None when there was no time to find one.

        Its bound is 0 where a limit is not proved: the choice then goes round a day on which the starts were not found.
        """
        program = WholeProgram()
        chosen = {request.patient: _Series(program, self, request) for request in self.period.requests}
        for day, patients, most, _ in self._limits:
            terms = [(v, 1.0) for patient in patients for v in chosen[patient].on(day)]
            if len(terms) > most:
                program.row(terms, most=most)
        found = program.solve(seconds=seconds, gap=gap)
        missing = sum(request.count for request in self.period.requests) * self.period.points.missing_visit
        if found.values is None:
            return None
        dates = {patient: series.dates(found) for patient, series in chosen.items()}
        proved = all(proved for *_, proved in self._limits)
        return DayChoice(dates, found.bound + missing if proved else 0.0)


class _Series:
    """The variables of one patient: `places[n][day]`, n from 0."""

    def __init__(self, program: WholeProgram, days: Days, request: SeriesRequest) -> None:
        self.request = request
        possible = {option.date: option.points for option in days.options[request.patient]}
        saved = days.period.points.missing_visit
        self.places: list[dict[date, int]] = [
            {day: program.variable(points - saved) for day, points in possible.items()}
            for _ in range(request.count)
        ]
        for place in self.places:
            program.row([(v, 1.0) for v in place.values()], most=1)
        for before, after in zip(self.places, self.places[1:], strict=False):
            self._gap_rows(program, before, after)
        self._week_rows(program, days.others(request))

    def on(self, day: date) -> list[int]:
        return [place[day] for place in self.places if day in place]

    def dates(self, found: Found) -> tuple[date, ...]:
        return tuple(day for place in self.places for day, v in place.items() if found.chosen(v))

    def _week_rows(self, program: WholeProgram, others: frozenset[date]) -> None:
        """On no seven days in a row more than the most a week, with what the patient has had or has fixed among them."""
        most = self.request.most_a_week
        if most is None:
            return
        possible = sorted({day for place in self.places for day in place})
        # Whatever seven days hold, the seven from the first of it on hold too.
        for first in sorted({*possible, *others}):
            week = [day for day in possible if 0 <= (day - first).days < WEEK_DAYS]
            had = sum(0 <= (other - first).days < WEEK_DAYS for other in others)
            terms = [(v, 1.0) for day in week for v in self.on(day)]
            if terms and len(week) + had > most:
                program.row(terms, most=max(most - had, 0))

    def _gap_rows(self, program: WholeProgram, before: Mapping[date, int], after: Mapping[date, int]) -> None:
        """No later visit until so many days after the earlier one, which itself must have been; and none too late."""
        least = timedelta(days=max(self.request.least_gap_days, 1))
        most = timedelta(days=self.request.most_gap_days)
        for day in after:
            later = [(v, 1.0) for other, v in after.items() if other <= day]
            program.row([*later, *((v, -1.0) for other, v in before.items() if other <= day - least)], most=0)
        for day in after:
            # Whoever comes on this day or after came the last time within the longest gap.
            later = [(v, 1.0) for other, v in after.items() if other >= day]
            program.row([*later, *((v, -1.0) for other, v in before.items() if other >= day - most)], most=0)
