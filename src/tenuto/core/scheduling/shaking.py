"""Making a schedule better by taking a few series out and placing them again, those that lack a visit first."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.judging import points_of, visit_points
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest
from tenuto.core.scheduling.solver import Deadline

__all__ = ["shaken"]

ROUNDS = 2_000
TAKEN_OUT = 4
PATIENCE = 300
"""So many rounds in a row without a better schedule, and nobody tries on."""


def shaken(
    period: Period, visits: Sequence[BookedVisit], deadline: Deadline, good_enough: float
) -> tuple[BookedVisit, ...]:
    """The schedule, or a better one; no worse one is ever kept. The same each time, unless the deadline comes first."""
    chance = Random(1)  # noqa: S311 (no secret: the same start gives the same schedule)
    diary, idle = Diary(period, visits), 0
    best = points_of(period, visits)
    for _ in range(ROUNDS):
        if deadline.left == 0 or best <= good_enough or idle >= PATIENCE:
            break
        saved = _try(diary, _some(diary, chance))
        best, idle = best - saved, 0 if saved else idle + 1
    return tuple(visit for found in diary.visits.values() for visit in found if visit.n)


def _some(diary: Diary, chance: Random) -> list[SeriesRequest]:
    """One series that costs much, and some others at random, in the order in which they are placed again."""
    requests = list(diary.period.requests)
    costs = [_cost(diary, request) + 1 for request in requests]
    first = chance.choices(requests, costs)[0]
    others = [r for r in chance.sample(requests, min(TAKEN_OUT, len(requests))) if r is not first]
    return [first, *others]


def _try(diary: Diary, requests: Sequence[SeriesRequest]) -> int:
    """Place them again in this order; the points saved, 0 where it was undone."""
    before = {request.patient: _placed(diary, request) for request in requests}
    cost = sum(_cost(diary, request) for request in requests)
    for visit in (visit for visits in before.values() for visit in visits):
        diary.remove(visit)
    for request in requests:
        diary.place_series(request)
    saved = cost - sum(_cost(diary, request) for request in requests)
    if saved > 0:
        return saved
    for request in requests:
        for visit in _placed(diary, request):
            diary.remove(visit)
    for visit in (visit for visits in before.values() for visit in visits):
        diary.enter(visit)
    return 0


def _placed(diary: Diary, request: SeriesRequest) -> list[BookedVisit]:
    return [visit for visit in diary.visits[request.patient] if visit.n]


def _cost(diary: Diary, request: SeriesRequest) -> int:
    placed = _placed(diary, request)
    missing = (request.count - len(placed)) * diary.period.points.missing_visit
    return missing + sum(visit_points(diary.period, request, visit) for visit in placed)
