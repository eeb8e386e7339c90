"""A schedule at once: one series after the other, each where it is best for its patient in what is left."""

from __future__ import annotations

from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.period import BookedVisit, Period, SeriesRequest

__all__ = ["first_fit"]


def first_fit(period: Period) -> tuple[BookedVisit, ...]:
    """Place every series in turn: the urgent first, then those with the fewest days to choose from.

    Takes milliseconds for each patient. A series that does not fit whole is placed as far as it fits. Nobody is moved for
    a later patient, so the result is a start for `propose`, not its answer.
    """
    ordered = period.in_order()
    diary = Diary(ordered)
    return tuple(
        visit
        for request in sorted(ordered.requests, key=lambda request: _turn(diary, request))
        for visit in diary.place_series(request)
    )


def _turn(diary: Diary, request: SeriesRequest) -> tuple[bool, int, str]:
    return not request.urgent, len(diary.options(request)) - request.count, request.patient
