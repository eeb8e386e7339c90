"""What a period of a clinic offers and what is asked of it, as frozen values.

Every time is aware of its zone. Durations are whole minutes of elapsed time, so a visit across a clock change is as long
as any other; gaps between visits are counted in calendar days of the clinic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = [
    "BookedVisit",
    "Chair",
    "ClinicDay",
    "Nurse",
    "Period",
    "Points",
    "Prescriber",
    "Ratios",
    "SeriesRequest",
    "Span",
    "VisitProfile",
    "Wishes",
    "less",
]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one instant until just before another; both aware of their zone."""

    start: datetime
    end: datetime

    def holds(self, start: datetime, end: datetime) -> bool:
        """True when nothing from `start` to `end` lies outside."""
        return self.start <= start and end <= self.end


@dataclass(frozen=True, slots=True)
class ClinicDay:
    """A date of the clinic and when it is open."""

    date: date
    open: Span


@dataclass(frozen=True, slots=True)
class Chair:
    """A treatment chair, for one patient from preparation to the end of the turnover."""

    id: str


@dataclass(frozen=True, slots=True)
class Nurse:
    """A nurse and the spans in which this nurse is on shift."""

    id: str
    shifts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Prescriber:
    """A prescriber and the spans in which this prescriber is on site."""

    id: str
    shifts: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class VisitProfile:
    """How long the parts of an infusion visit take, each in minutes, in this order."""

    prepare_minutes: int
    infuse_minutes: int
    observe_minutes: int
    turnover_minutes: int

    def takes_as_long(self, other: VisitProfile) -> bool:
        """Whether the nurse, the patient and the chair are taken for the same minutes, however the first are divided."""
        return (self.attended_minutes, self.observe_minutes, self.turnover_minutes) == (
            other.attended_minutes,
            other.observe_minutes,
            other.turnover_minutes,
        )

    @property
    def attended_minutes(self) -> int:
        """One nurse stays with this patient: preparation and infusion."""
        return self.prepare_minutes + self.infuse_minutes

    @property
    def stay_minutes(self) -> int:
        """The patient is there: until the observation ends."""
        return self.attended_minutes + self.observe_minutes

    @property
    def chair_minutes(self) -> int:
        """The chair is taken: until the turnover ends."""
        return self.stay_minutes + self.turnover_minutes


@dataclass(frozen=True, slots=True)
class Ratios:
    """How many patients one nurse may attend while they are prepared and infused, or watch while they are observed.

    A nurse who attends a patient watches nobody: those observed are watched by the nurses on shift who attend nobody.
    """

    infuse: int = 1
    observe: int = 2


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a patient would rather have; never a reason to place no visit."""

    chair: str = ""
    nurse: str = ""
    time: time | None = None
    """Hour of the clock at which visits should start."""
    morning: bool = False
    """Rather so early that the fast before the visit falls into the night; an hour that is wished for comes first."""


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A series of visits that a patient needs."""

    patient: str
    count: int
    least_gap_days: int
    most_gap_days: int
    earliest: datetime
    """No visit starts before."""
    latest: datetime
    """No patient is still there after."""
    available: tuple[Span, ...] | None = None
    """When the patient can be there; None when always."""
    wishes: Wishes = field(default=Wishes())
    urgent: bool = False
    """Offered the first place that is safe, before all others."""
    profile: VisitProfile | None = None
    """How long this patient's visits take; None for the profile of the period."""
    most_a_week: int | None = None
    """The most infusions on any seven days in a row; None when nothing but the gaps limits them."""
    had: tuple[date, ...] = ()
    """Dates of infusions that count in those seven days and are no visits of the period: those given already."""
    escort: tuple[Span, ...] | None = None
    """When somebody can take the patient home: the observation ends in one of these; None when at any time."""

    def without(self, gone: Iterable[Span]) -> SeriesRequest:
        """The same series, with no visit that touches one of these spans."""
        spans = (Span(self.earliest, self.latest),) if self.available is None else self.available
        return replace(self, available=less(spans, gone))


@dataclass(frozen=True, slots=True)
class BookedVisit:
    """One visit in its place: the `n`th of the patient's series in this period, from 1; 0 where it was fixed before.

    `nurse` attends the patient while prepared and infused. `end` is when the observation ends; the turnover comes after.
    `profile` says how long its parts are where they are not those of the period.
    """

    patient: str
    n: int
    chair: str
    nurse: str
    start: datetime
    end: datetime
    profile: VisitProfile | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """What a schedule is judged by, in points; fewer is better. Ours, not from any source [D].

    A visit that is missing costs more than any schedule of the period can save elsewhere.
    """

    missing_visit: int = 100_000
    day_of_waiting: int = 10
    """Each day from the first on which the patient could come to the visit."""
    urgent_factor: int = 5
    """An urgent patient's day counts so many times."""
    quarter_hour_off: int = 1
    """Each quarter of an hour between a start and the hour wished for."""
    other_chair: int = 2
    other_nurse: int = 2
    quarter_hour_fasting: int = 1
    """Each quarter of an hour that a visit starts after `morning_until`, where the fast should fall into the night."""
    morning_until: time = time(10)
    """Eight hours without a meal before 10:00 begin at two in the night: nobody goes without more than a breakfast."""


@dataclass(frozen=True, slots=True)
class Period:
    """Everything that a schedule is made from. `fixed` visits stay where they are."""

    zone: ZoneInfo
    days: tuple[ClinicDay, ...]
    chairs: tuple[Chair, ...]
    nurses: tuple[Nurse, ...]
    profile: VisitProfile
    """Of every visit that has none of its own."""
    ratios: Ratios = field(default=Ratios())
    fixed: tuple[BookedVisit, ...] = ()
    requests: tuple[SeriesRequest, ...] = ()
    step_minutes: int = 15
    """Visits start at multiples of this on the clock, or as the clinic opens."""
    points: Points = field(default=Points())
    prescribers: tuple[Prescriber, ...] = ()
    """One of them is on site from the start of each visit until its infusion ends; nothing is asked where none is named."""
    monitors: int | None = None
    """So many patients at once, from the start until the observation ends; None where nothing limits them."""

    def in_order(self) -> Period:
        """The same period in one order, whichever it was written in: what follows from it depends on no order."""
        return replace(
            self,
            days=tuple(sorted(self.days, key=lambda day: day.date)),
            chairs=tuple(sorted(self.chairs, key=lambda chair: chair.id)),
            nurses=tuple(
                sorted(
                    (replace(nurse, shifts=merged(nurse.shifts)) for nurse in self.nurses),
                    key=lambda nurse: nurse.id,
                )
            ),
            prescribers=tuple(
                sorted(
                    (replace(each, shifts=merged(each.shifts)) for each in self.prescribers),
                    key=lambda each: each.id,
                )
            ),
            fixed=tuple(sorted(self.fixed, key=lambda visit: (visit.start, visit.chair, visit.patient))),
            requests=tuple(
                sorted(
                    (
                        replace(
                            r,
                            available=None if r.available is None else merged(r.available),
                            escort=None if r.escort is None else merged(r.escort),
                            had=tuple(sorted(set(r.had))),
                        )
                        for r in self.requests
                    ),
                    key=lambda request: request.patient,
                )
            ),
        )

    def profile_of(self, what: SeriesRequest | BookedVisit) -> VisitProfile:
        """How long the parts of a visit take: its own profile, else that of the period."""
        return what.profile or self.profile

    def visit(self, request: SeriesRequest, n: int, chair: str, nurse: str, start: datetime) -> BookedVisit:
        """The `n`th visit of a series from `start`, as long as the profile of the series says."""
        # Added in UTC: on the wall clock an hour may be missing or come twice.
        end = (
            start.astimezone(ZoneInfo("UTC")) + timedelta(minutes=self.profile_of(request).stay_minutes)
        ).astimezone(self.zone)
        return BookedVisit(
            request.patient, n, chair, nurse, start.astimezone(self.zone), end, request.profile
        )


def less(spans: Iterable[Span], gone: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of some spans where others are taken out; in order where they were."""
    left = tuple(spans)
    for out in gone:
        left = tuple(
            part
            for span in left
            for part in (Span(span.start, min(span.end, out.start)), Span(max(span.start, out.end), span.end))
            if part.start < part.end
        )
    return left


def merged(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The same instants in spans that neither meet nor overlap, in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)
