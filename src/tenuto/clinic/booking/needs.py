"""What is still to be booked for each patient of a batch, from the signed plan, the course and what stands booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from tenuto.clinic.accounts.clock import local, start_of_day
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.services.proposing import AskedSeries
from tenuto.clinic.booking.services.rules import profile_under
from tenuto.clinic.booking.services.standing import BookingRefused, length_of, standing
from tenuto.clinic.booking.services.week import week_of
from tenuto.clinic.course.api import accounts
from tenuto.clinic.pathway.api import Batch, BookedNext, signed_courses_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_for
from tenuto.clinic.ports.api import WindowKind, WindowRow, windows_among
from tenuto.core.booking.fitting import misfits, too_short
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.due import CoursePhase
from tenuto.core.course.gaps import least_gap_days
from tenuto.core.course.next_facts import NextState
from tenuto.core.scheduling.period import VisitProfile, Wishes

__all__ = ["GOES_ON", "BookingNeed", "ahead", "booked", "need_of", "needs", "rescue_slots", "without_plan"]

USUAL_MOST_GAP_DAYS = 7
"""Where the protocol names no longest gap, a series is proposed with a visit each week at least [D]."""
SPARE_DAYS = 21
"""So long after the planned end of a series places are looked for [D]."""
GOES_ON = (NextState.BEFORE, NextState.MID_INDUCTION, NextState.ON_TIME, NextState.TAPER)
"""The states in which what is booked follows from the plan: in all others somebody decides or calls first."""
RUNNING = (CoursePhase.BEFORE, CoursePhase.INDUCTION)


@dataclass(frozen=True, slots=True)
class BookingNeed:
    """What a patient needs: how many infusions, how far apart, between which days; and what of it stands already."""

    account: CourseAccount
    left: int
    """Infusions of the series that are not given; one in maintenance once a day or a window is known."""
    ahead: tuple[Appointment, ...]
    """Booked from today on, or from the day after today's infusion."""
    least_gap_days: int
    most_gap_days: int
    earliest: date
    latest: date
    why: str
    """What the days rest on, in a few words."""
    profile: VisitProfile | None = None
    """How long a visit takes by the plan; None while no week is set up."""

    @property
    def missing(self) -> int:
        """How many visits are not booked."""
        return max(self.left - len(self.ahead), 0)

    @property
    def gives_up(self) -> Appointment | None:
        """The visit that an earlier place stands for; None where one is lacking, so that a place is added."""
        return self.ahead[0] if self.ahead and not self.missing else None

    @property
    def surplus(self) -> tuple[Appointment, ...]:
        """The last visits of a series that has more of them than the plan has infusions left."""
        return self.ahead[self.left :] if self.runs else ()

    @property
    def runs(self) -> bool:
        """Whether the series itself is to be booked, and not an infusion of maintenance."""
        return self.account.phase in RUNNING

    def unbooked_days(self) -> tuple[date, ...]:
        """The days on which what is not booked is due by the plan; the last day of its window in maintenance."""
        if not self.runs or self.account.signed is None:
            return (self.latest,) * self.missing
        given = len(self.account.given)
        days = [each.on for each in self.account.signed.days if each.n > given and not each.optional]
        return tuple(
            max(day, self.earliest) for day in days[len(self.ahead) : len(self.ahead) + self.missing]
        )

    def asked(self, count: int) -> AskedSeries:
        """The need as a proposal is asked for."""
        return AskedSeries(
            count,
            self.least_gap_days,
            self.most_gap_days,
            self.earliest,
            self.latest,
            wishes=Wishes(morning=True),
        )

    def repairs(self) -> AskedSeries:
        """The whole that is needed, from the first visit that stands on: what a repair makes whole again."""
        days = [row.starts_on for row in self.ahead]
        asked = self.asked(max(self.left, len(self.ahead), 1))
        return replace(
            asked,
            earliest=min([asked.earliest, *days]),
            latest=max([asked.latest, *days]),
            not_before=self._not_before,
        )

    @property
    def misfits(self) -> tuple[str, ...]:
        """What of the booked series does not fit the plan that is in force, in sentences."""
        short = self._too_short()
        if not self.runs:
            return short
        fit = misfits(
            (row.starts_on for row in self.ahead),
            left=self.left,
            least_gap_days=self.least_gap_days,
            most_gap_days=self.most_gap_days,
            after=self.account.given[-1].on if self.account.given else None,
            most_a_week=self.account.signed.per_week_max if self.account.signed else None,
            had=self.account.infused,
        )
        return (*fit, *short)

    def _too_short(self) -> tuple[str, ...]:
        if self.profile is None:
            return ()
        lengths = [(row.starts_on, length_of(row)) for row in self.ahead]
        return too_short(
            ((day, long.attended_minutes, long.observe_minutes) for day, long in lengths),
            attended_minutes=self.profile.attended_minutes,
            observe_minutes=self.profile.observe_minutes,
        )

    @property
    def _not_before(self) -> date | None:
        given = self.account.given
        return given[-1].on + timedelta(days=self.least_gap_days) if given else None


def ahead(batch: Batch) -> Mapping[UUID, tuple[Appointment, ...]]:
    """The standing appointments of each patient who has or had a plan in force, from today on and in order. One query, none
    without plans.
    """
    return {
        patient: tuple(row for row in rows if row.kind == Appointment.Kind.INFUSION)
        for patient, rows in batch.once(_ahead).items()
    }


def without_plan(batch: Batch) -> Mapping[UUID, tuple[Appointment, ...]]:
    """The standing appointments of each patient whose signed plan is in force no more: nothing may be given on them."""
    known = accounts(batch)
    return {patient: rows for patient, rows in ahead(batch).items() if rows and not known[patient].signed}


def rescue_slots(batch: Batch) -> Mapping[UUID, Appointment]:
    """The next slot that is kept for each patient of a batch who may drift. The query of `ahead`."""
    found = {}
    for patient, rows in batch.once(_ahead).items():
        kept = [row for row in rows if row.kind == Appointment.Kind.RESCUE]
        if kept:
            found[patient] = kept[0]
    return found


def _ahead(batch: Batch) -> Mapping[UUID, tuple[Appointment, ...]]:
    ever = signed_courses_of(batch)
    known = {patient: account for patient, account in accounts(batch).items() if ever.get(patient)}
    if not known:
        return {}
    rows = (
        standing(batch.clinic.pk)
        .select_related("patient__clinic")
        .filter(
            patient__in=list(known),
            kind__in=Appointment.IN_A_CHAIR,
            starts_at__gte=start_of_day(batch.clinic, batch.today),
        )
    )
    found: dict[UUID, list[Appointment]] = defaultdict(list)
    for row in rows.order_by("starts_at"):
        given = known[row.patient_id].given
        if not given or local(batch.clinic, row.starts_at).date() > given[-1].on:
            found[row.patient_id].append(row)
    return {patient: tuple(each) for patient, each in found.items()}


def booked(batch: Batch) -> Mapping[UUID, BookedNext]:
    """When each patient comes next, and the slot that is kept for one who may drift."""
    rows, kept = ahead(batch), rescue_slots(batch)
    return {
        patient: BookedNext(
            local(batch.clinic, rows[patient][0].starts_at) if rows.get(patient) else None,
            kept[patient].starts_on if patient in kept else None,
            tuple(local(batch.clinic, row.starts_at) for row in rows.get(patient, ())),
        )
        for patient in {**kept, **{p: r for p, r in rows.items() if r}}
    }


def needs(batch: Batch) -> Mapping[UUID, BookingNeed]:
    """What every patient with a plan in force needs. Two queries; one where nobody is in maintenance without a date."""
    return batch.once(_needs)


def need_of(patient: Patient, batch: Batch) -> BookingNeed | None:
    """What one patient needs; None while no plan is in force."""
    return needs(batch).get(patient.pk)


def _needs(batch: Batch) -> Mapping[UUID, BookingNeed]:
    policy, rows = batch.once(policy_for), ahead(batch)
    known = {patient: account for patient, account in accounts(batch).items() if account.signed}
    usual = batch.once(_usual_profile) if known else None
    later = [p for p, account in known.items() if account.phase not in RUNNING]
    windows = windows_among(later) if later else {}
    found = {}
    for patient, account in known.items():
        if account.signed is None:
            continue
        least = least_gap_days(account.signed.gap_rule, policy)
        left, first, last, why = _days(account, windows.get(patient, {}), batch.today, least)
        found[patient] = BookingNeed(
            account,
            left,
            rows.get(patient, ()),
            least,
            max(account.signed.gap_days_max or USUAL_MOST_GAP_DAYS, least),
            first,
            last,
            why,
            profile_under(usual, account.signed) if usual else None,
        )
    return found


def _usual_profile(batch: Batch) -> VisitProfile | None:
    """What the clinic's week says a visit takes; None while there is none."""
    try:
        return week_of(batch.clinic).profile
    except BookingRefused:
        return None


def _days(
    account: CourseAccount, windows: Mapping[WindowKind, WindowRow], today: date, least: int
) -> tuple[int, date, date, str]:
    """How many infusions are to be booked, and between which days."""
    signed = account.signed
    after = account.given[-1].on + timedelta(days=least) if account.given else today
    if signed is not None and account.phase in RUNNING:
        left = max(signed.infusions - len(account.given), 0)
        days = [each.on for each in signed.days if each.n > len(account.given) and not each.optional]
        first = max(min(days, default=today), after, today)
        last = max([first + timedelta(days=USUAL_MOST_GAP_DAYS * left), *days]) + timedelta(days=SPARE_DAYS)
        return left, first, last, "The signed series"
    window = _window(account, windows)
    if window is None or not _goes_on(account, windows):
        return 0, max(today, after), max(today, after) + timedelta(days=SPARE_DAYS), "No date is known"
    first, last, why = window
    # A window that has passed is booked as soon as can be.
    first = max(first, today, after)
    return 1, first, max(last, first + timedelta(days=USUAL_MOST_GAP_DAYS)), why


def _goes_on(account: CourseAccount, windows: Mapping[WindowKind, WindowRow]) -> bool:
    """After a series without a response nothing follows by itself: a prescriber decides first."""
    return (
        account.phase is CoursePhase.MAINTENANCE or account.response.responds or WindowKind.DECIDED in windows
    )


def _window(account: CourseAccount, windows: Mapping[WindowKind, WindowRow]) -> tuple[date, date, str] | None:
    """What was decided, else the rule of the plan."""
    decided = windows.get(WindowKind.DECIDED)
    if decided is not None and not (account.given and decided.closes <= account.given[-1].on):
        return decided.opens, decided.closes, "Decided by a prescriber"
    if account.window is not None:
        return account.window.first, account.window.last, "The maintenance rule of the plan"
    return None
