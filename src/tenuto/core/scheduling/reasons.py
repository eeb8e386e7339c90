"""Why a series is not placed whole, in words: which rule, on which days, and what would make it fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tenuto.core.dates import say_day
from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.period import (
    BookedVisit,
    Chair,
    Nurse,
    Period,
    Prescriber,
    SeriesRequest,
    Span,
)

__all__ = ["Unplaced", "unplaced"]

_MOST_DAYS_NAMED = 6
_MOST_DAYS_LONGER = 14


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A series of which visits are missing, and the reasons in sentences."""

    patient: str
    missing: int
    reasons: tuple[str, ...]


def unplaced(period: Period, visits: Sequence[BookedVisit]) -> tuple[Unplaced, ...]:
    """For each series that is not whole among the visits, what stands in its way and what would make it fit."""
    found = []
    for request in period.requests:
        others = [visit for visit in visits if visit.patient != request.patient]
        missing = request.count - (len(visits) - len(others))
        if missing:
            case = _Case(period, others, request, Diary(period, others))
            found.append(Unplaced(request.patient, missing, (case.cause(), *case.remedies())))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Case:
    period: Period
    others: Sequence[BookedVisit]
    request: SeriesRequest
    diary: Diary
    """With the visits of all others."""

    def cause(self) -> str:
        """The first rule that makes the series too short: the patient's times, the gaps, the fixed visits, the others."""
        request, who = self.request, self.request.patient
        own = Diary(replace(self.period, fixed=self._own_fixed()))
        alone = own.options(request)
        if not alone:
            if self.period.prescribers and self._could_be(replace(self.period, prescribers=())):
                return (
                    f"No prescriber is on site for {self.period.profile_of(request).attended_minutes} min on a clinic day "
                    f"({_named([day.date for day in self.period.days])}) on which {who} can be there."
                )
            if request.escort is not None and own.options(replace(request, escort=None)):
                return (
                    f"Nobody can take {who} home when a visit of {self.period.profile_of(request).stay_minutes} min ends, on no "
                    f"clinic day ({_named([day.date for day in self.period.days])})."
                )
            return (
                f"{who} can be there for {self.period.profile_of(request).stay_minutes} min on no clinic day "
                f"({_named([day.date for day in self.period.days])})."
            )
        whole = own.chain(alone, request)
        if len(whole) < request.count:
            return (
                f"On the days on which {who} can come ({_named(o.date for o in alone)}), visits {self._gaps()}: at most "
                f"{len(whole)} of {request.count} fit."
            )
        for diary, takers in self._others():
            left = diary.options(request)
            longest = diary.chain(left, request)
            if len(longest) < request.count:
                gone = sorted({o.date for o in alone} - {o.date for o in left})
                return (
                    f"{takers} take the {self._kinds()} at {who}'s times{f' on {_named(gone)}' if gone else ''}; on the days left "
                    f"({_named(o.date for o in left)}), visits {self._gaps()}: at most {len(longest)} of {request.count} fit."
                )
        return f"{who}'s series fits in what is left, but it was not found in time. Give the search more seconds."

    def remedies(self) -> Iterator[str]:
        """What would be enough by itself, each tried on the schedule as it stands."""
        request = self.request
        for longer in range(request.most_gap_days + 1, request.most_gap_days + _MOST_DAYS_LONGER + 1):
            if self._fits(replace(request, most_gap_days=longer)):
                yield f"It fits if up to {longer} days may pass between two visits."
                break
        if request.most_a_week is not None and self._fits(replace(request, most_a_week=None)):
            yield (
                f"It would fit with more than {request.most_a_week} in 7 days, which the protocol does not allow: "
                "choose a later last day or other times."
            )
        if request.available is not None:
            days = self._extra_days()
            if days:
                yield f"It fits if {request.patient} can also come at other times: {_named(days)}."
        if request.escort is not None and self._fits(replace(request, escort=None)):
            yield f"It fits if somebody can take {request.patient} home at other times."
        if self._fits_with(replace(self.period, chairs=(*self.period.chairs, Chair("another chair")))):
            yield "It fits with one chair more."
        opening = tuple(day.open for day in self.period.days)
        if self._fits_with(
            replace(self.period, nurses=(*self.period.nurses, Nurse("another nurse", opening)))
        ):
            yield "It fits with one nurse more."
        if self.period.prescribers and self._fits_with(
            replace(self.period, prescribers=(Prescriber("another prescriber", opening),))
        ):
            yield "It fits with a prescriber on site at all hours of the clinic."
        monitors = self.period.monitors
        if monitors is not None and self._fits_with(replace(self.period, monitors=monitors + 1)):
            yield "It fits with one monitor more."

    def _extra_days(self) -> list[date]:
        """The days of the series that fits when the patient can always come, on which the patient now can't."""
        found = self.diary.chain(self.diary.options(self._always()), self._always())
        if len(found) < self.request.count:
            return []
        possible = {option.date for option in self.diary.options(self.request)}
        return [option.date for option in found if option.date not in possible] or [o.date for o in found]

    def _always(self) -> SeriesRequest:
        return replace(self.request, available=(Span(self.request.earliest, self.request.latest),))

    def _fits(self, request: SeriesRequest) -> bool:
        return len(self.diary.chain(self.diary.options(request), request)) == request.count

    def _fits_with(self, period: Period) -> bool:
        diary = Diary(period, self.others)
        return len(diary.chain(diary.options(self.request), self.request)) == self.request.count

    def _could_be(self, period: Period) -> bool:
        """Whether the patient would have a day there if nobody else came."""
        return bool(Diary(replace(period, fixed=self._own_fixed())).options(self.request))

    def _kinds(self) -> str:
        return "chairs or nurses" if self.period.monitors is None else "chairs, nurses or monitors"

    def _others(self) -> Iterator[tuple[Diary, str]]:
        yield Diary(self.period), "The fixed visits"
        yield self.diary, "The visits of others"

    def _own_fixed(self) -> tuple[BookedVisit, ...]:
        return tuple(visit for visit in self.period.fixed if visit.patient == self.request.patient)

    def _gaps(self) -> str:
        least, most = max(self.request.least_gap_days, 1), self.request.most_gap_days
        gaps = f"{least} days" if least == most else f"{least} to {most} days"
        week = self.request.most_a_week
        return f"{gaps} apart" if week is None else f"{gaps} apart and at most {week} in any 7 days"


def _named(days: Iterable[date]) -> str:
    """Some days by name, the rest by number."""
    found = list(days)
    if not found:
        return "none"
    shown = ", ".join(say_day(day) for day in found[:_MOST_DAYS_NAMED])
    return f"{shown} and {len(found) - _MOST_DAYS_NAMED} more" if len(found) > _MOST_DAYS_NAMED else shown
