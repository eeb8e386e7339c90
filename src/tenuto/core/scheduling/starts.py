"""The starts of one day, exactly: who begins when, in which chair and with which nurse, of those who should come that day.

Variables: whether a patient begins at a start; how many visits of each length begin at a start in a chair, and with a nurse.
A chair is free for another when none began in it less than its own length before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tenuto.core.scheduling.daybook import Daybook, Spot
from tenuto.core.scheduling.period import SeriesRequest, VisitProfile
from tenuto.core.scheduling.solver import WholeProgram

__all__ = ["DayStarts", "day_starts", "most_visits"]


@dataclass(frozen=True, slots=True)
class DayStarts:
    """Where the patients of a day begin, and the most of them that the day can hold, as far as it was proved."""

    spots: Mapping[str, Spot]
    at_most: int


def day_starts(book: Daybook, requests: Sequence[SeriesRequest], *, seconds: float) -> DayStarts:
    """Place as many of the patients on the day as it holds, and those with the fewest points for the hour."""
    model = _DayModel(book)
    for request in requests:
        model.add(request)
    found = model.program().solve(seconds=seconds, gap=1e-4)
    # So many visits save at most their places and cost at least nothing for their hours.
    at_most = (
        int(np.floor(-found.bound / (_MISSING - model.dearest) + 1e-6))
        if np.isfinite(found.bound)
        else len(requests)
    )
    spots = {} if found.values is None else model.spots(found.chosen)
    return DayStarts(spots, max(min(at_most, len(requests)), len(spots)))


def most_visits(book: Daybook, requests: Sequence[SeriesRequest], *, seconds: float) -> int:
    """The most of the patients that the day can hold, or more when there was no time to prove it; hours wished for aside."""
    model = _DayModel(book)
    found = model.alike(requests).solve(seconds=seconds)
    if not np.isfinite(found.bound):
        return len(requests)
    return min(int(np.floor(-found.bound + 1e-6)), len(requests))


_MISSING = 10_000.0
"""More than the hours of all patients of a day can cost together."""


@dataclass(frozen=True, slots=True)
class _Length:
    """The variables of all visits of one length."""

    usable: list[int]
    """Indexes of the starts at which some chair and some nurse are free for so long."""
    chairs: Mapping[tuple[int, int], int]
    """By start and chair."""
    nurses: Mapping[tuple[int, int], int]
    begins: Mapping[int, list[tuple[int, float]]]
    """By start: the visits that begin there, as the terms of a row."""

    def count(self, mine: Mapping[int, int]) -> None:
        """Visits by start that begin here, too."""
        for start, variable in mine.items():
            self.begins[start].append((variable, 1.0))


class _DayModel:
    """The variables and rows of one day."""

    def __init__(self, book: Daybook) -> None:
        self.book = book
        self.whole = WholeProgram()
        self.requests: list[SeriesRequest] = []
        self.begins: list[dict[int, int]] = []
        self.dearest = 0.0
        """The most points that one visit's hour costs."""
        self.lengths: dict[VisitProfile, _Length] = {}

    def _length(self, request: SeriesRequest) -> _Length:
        """The variables of visits as long as this patient's."""
        profile = self.book.period.profile_of(request)
        found = self.lengths.get(profile)
        if found is None:
            chairs, nurses = self.book.spots(profile)
            usable = [int(s) for s in np.flatnonzero(chairs.any(axis=1) & nurses.any(axis=1))]
            most = self.book.ratios.infuse
            found = self.lengths[profile] = _Length(
                usable,
                {(s, int(c)): self.whole.variable(0) for s in usable for c in np.flatnonzero(chairs[s])},
                {
                    (s, int(k)): self.whole.variable(0, most=most)
                    for s in usable
                    for k in np.flatnonzero(nurses[s])
                },
                {s: [] for s in usable},
            )
        return found

    def add(self, request: SeriesRequest) -> None:
        suits, points = self.book.suits(request), self.book.hour_points(request)
        length = self._length(request)
        self.requests.append(request)
        self.dearest = max([self.dearest, *map(float, points[suits])])
        mine = {s: self.whole.variable(float(points[s]) - _MISSING) for s in length.usable if suits[s]}
        self.begins.append(mine)
        length.count(mine)

    def program(self) -> WholeProgram:
        """Each patient at most once."""
        for mine in self.begins:
            self.whole.row([(variable, 1.0) for variable in mine.values()], most=1)
        self._resources()
        return self.whole

    def alike(self, requests: Sequence[SeriesRequest]) -> WholeProgram:
        """As many as there is room for, where patients who can come at the same starts are not told apart."""
        kinds: dict[tuple[bytes, VisitProfile], list[SeriesRequest]] = {}
        for request in requests:
            kind = self.book.suits(request).tobytes(), self.book.period.profile_of(request)
            kinds.setdefault(kind, []).append(request)
        for same in kinds.values():
            suits, length = self.book.suits(same[0]), self._length(same[0])
            mine = {s: self.whole.variable(-1.0, most=len(same)) for s in length.usable if suits[s]}
            self.whole.row([(v, 1.0) for v in mine.values()], most=len(same))
            length.count(mine)
        self._resources()
        return self.whole

    def spots(self, chosen: Callable[[int], int]) -> dict[str, Spot]:
        """Patients to chairs and nurses of the same start and length, in their order."""
        found: dict[str, Spot] = {}
        for profile, length in self.lengths.items():
            for s in length.usable:
                here = [
                    request
                    for request, mine in zip(self.requests, self.begins, strict=True)
                    if s in mine and self.book.period.profile_of(request) == profile and chosen(mine[s])
                ]
                chairs = [c for (at, c), v in length.chairs.items() if at == s for _ in range(chosen(v))]
                nurses = [k for (at, k), v in length.nurses.items() if at == s for _ in range(chosen(v))]
                found |= {r.patient: Spot(s, c, k) for r, c, k in zip(here, chairs, nurses, strict=True)}
        return found

    def _resources(self) -> None:
        for length in self.lengths.values():
            for kind in (length.chairs, length.nurses):
                for s, count in length.begins.items():
                    self.whole.row(
                        [*count, *((v, -1.0) for (start, _), v in kind.items() if start == s)],
                        least=0,
                        most=0,
                    )
        lengths = self.lengths.items()
        self._one_after_another([(x.chairs, profile.chair_minutes) for profile, x in lengths], 1)
        self._one_after_another(
            [(x.nurses, profile.attended_minutes) for profile, x in lengths], self.book.ratios.infuse
        )
        self._watch()
        self._monitors()

    def _one_after_another(
        self, kinds: Sequence[tuple[Mapping[tuple[int, int], int], int]], most: int
    ) -> None:
        """At each start, no more visits that began less than their minutes before than may be together in a row."""
        starts = self.book.starts
        for row in sorted({row for kind, _ in kinds for _, row in kind}):
            mine = [(s, v, minutes) for kind, minutes in kinds for (s, k), v in kind.items() if k == row]
            for s in sorted({s for s, _, _ in mine}):
                together = [
                    (v, 1.0) for t, v, minutes in mine if starts[s] - minutes < starts[t] <= starts[s]
                ]
                if len(together) > 1:
                    self.whole.row(together, most=most)

    def _watch(self) -> None:
        """Those observed, and the nurses who attend, against the nurses on shift.

        Where one nurse attends one patient this is the rule itself. Where one attends several it asks for less than the
        rule, and the day is checked again as it is entered.
        """
        book = self.book
        observe, share = float(book.ratios.observe), book.ratios.observe / book.ratios.infuse
        room = observe * (book.on_shift & (book.attended == 0)).sum(axis=0) - book.watched
        falls = 1 + np.flatnonzero(np.diff(room) < 0)
        begins = [
            (int(book.starts[s]), profile.attended_minutes, profile.stay_minutes, count)
            for profile, length in self.lengths.items()
            for s, count in length.begins.items()
        ]
        changes = {*(m for m, *_ in begins), *(m + hands for m, hands, *_ in begins)}
        for minute in sorted({*changes, *map(int, falls)}):
            terms = [
                (v, share if minute < m + hands else 1.0)
                for m, hands, stay, count in begins
                if m <= minute < m + stay
                for v, _ in count
            ]
            if terms and minute < book.minutes:
                self.whole.row(terms, most=float(room[minute]))

    def _monitors(self) -> None:
        """At each minute at which more may need a monitor, no more of those who are there than are left."""
        left = self.book.monitors_left
        if left is None:
            return
        begins = [
            (int(self.book.starts[s]), profile.stay_minutes, count)
            for profile, length in self.lengths.items()
            for s, count in length.begins.items()
        ]
        falls = 1 + np.flatnonzero(np.diff(left) < 0)
        for minute in sorted({*(m for m, *_ in begins), *map(int, falls)}):
            terms = [(v, 1.0) for m, stay, count in begins if m <= minute < m + stay for v, _ in count]
            if terms and minute < self.book.minutes:
                self.whole.row(terms, most=float(left[minute]))
