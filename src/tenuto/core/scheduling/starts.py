"""The starts of one day, exactly: who begins when, in which chair and with which nurse, of those who should come that day.

Variables: whether a patient begins at a start; how many visits begin at a start in a chair, and with a nurse. All visits are
equally long, so a chair is free for another when none began in it less than a visit's length before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tenuto.core.scheduling.daybook import Daybook, Spot
from tenuto.core.scheduling.period import SeriesRequest
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


class _DayModel:
    """The variables and rows of one day."""

    def __init__(self, book: Daybook) -> None:
        self.book = book
        self.whole = WholeProgram()
        self.requests: list[SeriesRequest] = []
        self.begins: list[dict[int, int]] = []
        self.dearest = 0.0
        """The most points that one visit's hour costs."""
        chairs, nurses = book.spots()
        self.usable = np.flatnonzero(chairs.any(axis=1) & nurses.any(axis=1))
        most = book.ratios.infuse
        self.chairs = {
            (int(s), int(c)): self.whole.variable(0) for s in self.usable for c in np.flatnonzero(chairs[s])
        }
        self.nurses = {
            (int(s), int(k)): self.whole.variable(0, most=most)
            for s in self.usable
            for k in np.flatnonzero(nurses[s])
        }

    def add(self, request: SeriesRequest) -> None:
        suits, points = self.book.suits(request), self.book.hour_points(request)
        self.requests.append(request)
        self.dearest = max([self.dearest, *map(float, points[suits])])
        self.begins.append(
            {int(s): self.whole.variable(float(points[s]) - _MISSING) for s in self.usable if suits[s]}
        )

    def program(self) -> WholeProgram:
        """Each patient at most once."""
        for mine in self.begins:
            self.whole.row([(variable, 1.0) for variable in mine.values()], most=1)
        counts = {
            int(s): [(mine[int(s)], 1.0) for mine in self.begins if int(s) in mine] for s in self.usable
        }
        self._resources(counts)
        return self.whole

    def alike(self, requests: Sequence[SeriesRequest]) -> WholeProgram:
        """As many as there is room for, where patients who can come at the same starts are not told apart."""
        kinds = Counter(self.book.suits(request).tobytes() for request in requests)
        counts: dict[int, list[tuple[int, float]]] = {int(s): [] for s in self.usable}
        for kind, size in sorted(kinds.items()):
            suits = np.frombuffer(kind, dtype=bool)
            mine = {int(s): self.whole.variable(-1.0, most=size) for s in self.usable if suits[s]}
            self.whole.row([(v, 1.0) for v in mine.values()], most=size)
            for s, variable in mine.items():
                counts[s].append((variable, 1.0))
        self._resources(counts)
        return self.whole

    def spots(self, chosen: Callable[[int], int]) -> dict[str, Spot]:
        """Patients to chairs and nurses of the same start, in their order."""
        found: dict[str, Spot] = {}
        for s in map(int, self.usable):
            here = [
                request
                for request, mine in zip(self.requests, self.begins, strict=True)
                if s in mine and chosen(mine[s])
            ]
            chairs = [c for (start, c), v in self.chairs.items() if start == s for _ in range(chosen(v))]
            nurses = [k for (start, k), v in self.nurses.items() if start == s for _ in range(chosen(v))]
            found |= {r.patient: Spot(s, c, k) for r, c, k in zip(here, chairs, nurses, strict=True)}
        return found

    def _resources(self, counts: Mapping[int, list[tuple[int, float]]]) -> None:
        for kind in (self.chairs, self.nurses):
            for s, count in counts.items():
                self.whole.row(
                    [*count, *((v, -1.0) for (start, _), v in kind.items() if start == s)], least=0, most=0
                )
        profile, starts = self.book.profile, self.book.starts
        self._one_after_another(self.chairs, profile.chair_minutes, 1)
        self._one_after_another(self.nurses, profile.attended_minutes, self.book.ratios.infuse)
        begins = {int(starts[s]): count for s, count in counts.items()}
        self._watch(begins)

    def _one_after_another(self, kind: Mapping[tuple[int, int], int], minutes: int, most: int) -> None:
        """At each start, no more visits that began in the last `minutes` than may be together in a row."""
        starts = self.book.starts
        for row in {row for _, row in kind}:
            mine = {s: v for (s, k), v in kind.items() if k == row}
            for s in mine:
                together = [(v, 1.0) for t, v in mine.items() if starts[s] - minutes < starts[t] <= starts[s]]
                if len(together) > 1:
                    self.whole.row(together, most=most)

    def _watch(self, begins: Mapping[int, list[tuple[int, float]]]) -> None:
        """Those observed, and the nurses who attend, against the nurses on shift.

        Where one nurse attends one patient this is the rule itself. Where one attends several it asks for less than the
        rule, and the day is checked again as it is entered.
        """
        book = self.book
        hands, stay = book.profile.attended_minutes, book.profile.stay_minutes
        observe, share = float(book.ratios.observe), book.ratios.observe / book.ratios.infuse
        room = observe * (book.on_shift & (book.attended == 0)).sum(axis=0) - book.watched
        falls = 1 + np.flatnonzero(np.diff(room) < 0)
        for minute in sorted({*begins, *(m + hands for m in begins), *map(int, falls)}):
            terms = [
                (v, share if minute < m + hands else 1.0)
                for m, count in begins.items()
                if m <= minute < m + stay
                for v, _ in count
            ]
            if terms and minute < book.minutes:
                self.whole.row(terms, most=float(room[minute]))
