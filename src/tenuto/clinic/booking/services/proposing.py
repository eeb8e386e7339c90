"""Proposals: nothing is written until one is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.services.given_up import given_up
from tenuto.clinic.booking.services.periods import period_of
from tenuto.clinic.booking.services.rules import plan_rules
from tenuto.clinic.booking.services.standing import (
    as_visit,
    check_may_book,
    in_names,
    standing_of,
    visits_between,
    visits_elsewhere,
)
from tenuto.clinic.people.models import Patient
from tenuto.core.scheduling.clock import midnight_after
from tenuto.core.scheduling.diary import WEEK_DAYS
from tenuto.core.scheduling.first_fit import first_fit
from tenuto.core.scheduling.options import OptionKind, series_options
from tenuto.core.scheduling.period import BookedVisit, SeriesRequest, Span, Wishes
from tenuto.core.scheduling.reasons import Unplaced, unplaced
from tenuto.core.scheduling.repair import repair
from tenuto.core.scheduling.soonest import soonest

__all__ = [
    "AskedSeries",
    "Offer",
    "OfferedOption",
    "fixed_for",
    "in_days",
    "propose_options",
    "propose_repair",
    "propose_series",
]


@dataclass(frozen=True, slots=True)
class AskedSeries:
    """What is to be booked for a patient: how many visits, how far apart, between which days, when the patient can come."""

    count: int
    least_gap_days: int
    most_gap_days: int
    earliest: date
    latest: date
    available: tuple[Span, ...] | None = None
    wishes: Wishes = field(default=Wishes())
    urgent: bool = False
    not_before: date | None = None
    """No visit stands before this day, also where the days asked about begin earlier."""
    keeps_week: bool = True
    """False where a visit stays on its day, so that no week can come to hold more."""
    escort: tuple[Span, ...] | None = None
    """When somebody can take the patient home; None when at any time."""

    def request(self, patient: Patient, *, now: datetime | None = None) -> SeriesRequest:
        """The same for the scheduling core; nothing sooner than one can book at `now`. Length and most a week are those of the signed plan.

        Raises BookingRefused where no week is set up.
        """
        rules = plan_rules(patient, on=self.latest)
        zone = ZoneInfo(patient.clinic.zone)
        earliest = max(self.earliest, self.not_before or self.earliest)
        first = midnight_after(earliest - timedelta(days=1), zone)
        return SeriesRequest(
            str(patient.pk),
            self.count,
            self.least_gap_days,
            self.most_gap_days,
            first if now is None else max(first, local(patient.clinic, soonest(now))),
            midnight_after(self.latest, zone),
            self.available,
            self.wishes,
            self.urgent,
            rules.profile,
            rules.most_a_week if self.keeps_week else None,
            rules.had,
            self.escort,
        )


def in_days(patient: Patient, asked: AskedSeries) -> tuple[Appointment, ...]:
    """The patient's standing appointments on the days that are asked about. A repair touches no others."""
    return tuple(row for row in standing_of(patient) if asked.earliest <= row.starts_on <= asked.latest)


def fixed_for(patient: Patient, asked: AskedSeries) -> tuple[BookedVisit, ...]:
    """What stands on the days that are asked about, and the patient's own visits so near that a gap or a week reaches to them."""
    clinic, gap = patient.clinic, timedelta(days=max(asked.least_gap_days, WEEK_DAYS - 1))
    around = visits_between(clinic, asked.earliest - gap, asked.latest + gap)
    return tuple(
        visit
        for visit in around
        if visit.patient == str(patient.pk) or asked.earliest <= visit.start.date() <= asked.latest
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """A series that could be booked as it stands, what it would move, and why it is not whole where it is not."""

    visits: tuple[BookedVisit, ...]
    reasons: tuple[str, ...]
    moved: tuple[BookedVisit, ...] = ()


def propose_series(*, patient: Patient, asked: AskedSeries, by: Staff, at: datetime) -> Offer:
    """The best series for this patient beside all that stands. Raises BookingRefused, PermissionError and WrongClinic."""
    check_may_book(by, patient)
    period = period_of(
        patient.clinic,
        asked.earliest,
        asked.latest,
        fixed=fixed_for(patient, asked),
        requests=(_wanted(patient, asked, at),),
    )
    visits = first_fit(period)
    return Offer(visits, _in_words(unplaced(period, visits), patient))


@dataclass(frozen=True, slots=True)
class OfferedOption:
    """An offer, and what it is best at."""

    kinds: tuple[OptionKind, ...]
    offer: Offer


def propose_options(
    *, patient: Patient, asked: AskedSeries, comes_anyway: Iterable[date] = (), by: Staff, at: datetime
) -> tuple[OfferedOption, ...]:
    """Up to three ways to book the series, side by side; one without a visit and with the reasons where there is none."""
    check_may_book(by, patient)
    request = _wanted(patient, asked, at)
    period = period_of(
        patient.clinic,
        asked.earliest,
        asked.latest,
        fixed=fixed_for(patient, asked),
        requests=(request,),
    )
    found = series_options(period, request, comes_anyway=comes_anyway)
    if not found:
        return (OfferedOption((), Offer((), _in_words(unplaced(period, ()), patient))),)
    return tuple(
        OfferedOption(each.kinds, Offer(each.visits, _in_words(unplaced(period, each.visits), patient)))
        for each in found
    )


def propose_repair(*, patient: Patient, asked: AskedSeries, by: Staff, at: datetime) -> Offer:
    """The patient's standing visits again, with the fewest moved, so that `asked` holds: after a miss, or when times changed."""
    check_may_book(by, patient)
    rows = in_days(patient, asked)
    mine = [as_visit(row, patient.clinic, n=n) for n, row in enumerate(rows, 1)]
    # All that stands is to stand after it, whichever series it was booked in.
    asked = replace(asked, count=max(asked.count, len(mine)))
    others = tuple(
        visit
        for visit in fixed_for(patient, asked)
        if visit.patient != str(patient.pk) or not asked.earliest <= visit.start.date() <= asked.latest
    )
    period = period_of(
        patient.clinic, asked.earliest, asked.latest, fixed=others, requests=(_wanted(patient, asked),)
    )
    found = repair(period, mine, now=at, patients=[str(patient.pk)])
    lacking = unplaced(period, found.visits)
    return Offer(found.visits, _in_words(lacking, patient), found.moved)


def _wanted(patient: Patient, asked: AskedSeries, now: datetime | None = None) -> SeriesRequest:
    """What is asked for, but no time that the patient has given up or is here for something else."""
    clinic, request = patient.clinic, asked.request(patient, now=now)
    gone = [
        *given_up(patient, asked.earliest, asked.latest),
        *(
            Span(local(clinic, row.starts_at), local(clinic, row.ends_at))
            for row in visits_elsewhere(clinic, asked.earliest, asked.latest)
            if row.patient_id == patient.pk
        ),
    ]
    return request.without(gone) if gone else request


def _in_words(lacking: Iterable[Unplaced], patient: Patient) -> tuple[str, ...]:
    """The reasons with the patient's name, by which people speak of them."""
    return tuple(in_names(reason, patient) for one in lacking for reason in one.reasons)
