"""What the team goes over in the morning about everybody who comes on a day, and how full the next weeks will be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts.clock import local, start_of_day, today
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.models import Appointment, CheckIn, LateArrival, VeinNote
from tenuto.clinic.booking.needs import BookingNeed, needs
from tenuto.clinic.booking.services.standing import length_of, standing
from tenuto.clinic.booking.services.week import week_of
from tenuto.clinic.course.api import accounts, infusions_among
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.pathway.api import Batch, next_steps_of, safety_now
from tenuto.clinic.people.models import Patient, SupportPerson
from tenuto.clinic.people.sight import RESTRICTED_NAME
from tenuto.clinic.ui.gates import mark_of
from tenuto.core.booking.fitting import too_short
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.course.next_facts import NextState, ObstacleKind
from tenuto.core.course.next_step import NextStep
from tenuto.core.intake.safety import SafetyState
from tenuto.core.scheduling.period import VisitProfile

__all__ = ["DemandWeek", "HuddleVisit", "chair_demand", "huddle"]

OUT_OF_SIGHT = "Its care team knows."
DAYS_AHEAD = 30


@dataclass(frozen=True, slots=True)
class HuddleVisit:
    """One visit of the day in words."""

    patient_id: UUID
    time: str
    until: str
    chair: str
    nurse: str
    name: str
    record_number: str
    hidden: bool
    number: str
    """Which of the series."""
    dose: str
    reaction: str
    veins: str
    risk: str
    risk_mark: str
    escort: str
    escort_missing: bool
    said: tuple[str, ...]
    """What the patient answered by link; a nurse confirms it."""
    held: str


def huddle(clinic: Clinic, on: date, *, hidden: frozenset[UUID]) -> tuple[HuddleVisit, ...]:
    """Everybody who comes on a day, in order of time. Who may not be seen has a chair and no name."""
    rows = list(
        standing(clinic.pk)
        .filter(
            kind=Appointment.Kind.INFUSION,
            starts_at__gte=start_of_day(clinic, on),
            starts_at__lt=start_of_day(clinic, on + timedelta(days=1)),
        )
        .order_by("starts_at", "chair")
    )
    own = clinic.patients.filter(pk__in={row.patient_id for row in rows}).prefetch_related("identifiers")
    patients = {patient.pk: patient for patient in own}
    batch = Batch(list(patients.values()), clinic=clinic, today=today(clinic))
    known = _Known.of(rows, batch)
    return tuple(
        _out_of_sight(row, clinic)
        if row.patient_id in hidden
        else _visit(row, patients[row.patient_id], batch, known)
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Known:
    steps: Mapping[UUID, NextStep]
    last: Mapping[UUID, GivenInfusion]
    veins: Mapping[UUID, VeinNote]
    escorts: Mapping[UUID, SupportPerson]
    answers: Mapping[UUID, CheckIn]
    late: Mapping[UUID, LateArrival]

    @classmethod
    def of(cls, rows: Iterable[Appointment], batch: Batch) -> _Known:
        """Of all at once: a handful of queries however many come."""
        ids, visits = [patient.pk for patient in batch.patients], [row.pk for row in rows]
        given = infusions_among(ids)
        return cls(
            next_steps_of(batch),
            {patient: found[-1].infusion for patient, found in given.items()},
            {row.patient_id: row for row in VeinNote.objects.filter(patient__in=ids).order_by(*IN_ORDER)},
            {
                row.patient_id: row
                for row in SupportPerson.objects.filter(patient__in=ids).order_by(*IN_ORDER)
            },
            {
                row.appointment_id: row
                for row in CheckIn.objects.filter(appointment__in=visits).order_by(*IN_ORDER)
            },
            {
                row.appointment_id: row
                for row in LateArrival.objects.filter(appointment__in=visits).order_by(*IN_ORDER)
            },
        )


def _out_of_sight(row: Appointment, clinic: Clinic) -> HuddleVisit:
    """A chair that is taken, and nothing of whom: what is not here no page and no paper can show."""
    return HuddleVisit(
        patient_id=row.patient_id,
        time=f"{local(clinic, row.starts_at):%H:%M}",
        until=f"{local(clinic, row.ends_at):%H:%M}",
        chair=row.chair,
        nurse=row.nurse,
        name=RESTRICTED_NAME,
        record_number="",
        hidden=True,
        number="",
        dose="",
        reaction="",
        veins="",
        risk=OUT_OF_SIGHT,
        risk_mark="",
        escort="",
        escort_missing=False,
        said=(),
        held="",
    )


def _visit(row: Appointment, patient: Patient, batch: Batch, known: _Known) -> HuddleVisit:
    clinic, step = batch.clinic, known.steps.get(patient.pk)
    account = accounts(batch).get(patient.pk)
    signed = account.signed if account else None
    escort, missing = _escort(known.escorts.get(patient.pk), step)
    answer, late = known.answers.get(row.pk), known.late.get(row.pk)
    safety = safety_now(patient, batch)
    said = [
        *_too_short(row, needs(batch).get(patient.pk)),
        *([f"Comes {late.minutes} min late."] if late else []),
        *([f"Escort {answer.escort}."] if answer and answer.escort else []),
        *(answer.concerns if answer else ()),
        *([answer.words] if answer and answer.words else []),
    ]
    return HuddleVisit(
        patient.pk,
        f"{local(clinic, row.starts_at):%H:%M}",
        f"{local(clinic, row.ends_at):%H:%M}",
        row.chair,
        row.nurse,
        patient.name,
        patient.record_number,
        False,
        f"{len(account.given) + 1} of {signed.infusions}"
        if account and signed and len(account.given) < signed.infusions
        else "Maintenance",
        str(signed.dose) if signed and signed.dose else "No dose signed",
        _reaction(known.last.get(patient.pk)),
        known.veins[patient.pk].words if patient.pk in known.veins else "Not recorded",
        _risk(safety),
        _risk_mark(safety),
        escort,
        missing,
        tuple(said),
        " ".join(step.staff[:1]) if step is not None and step.state is NextState.HELD else "",
    )


def _too_short(row: Appointment, need: BookingNeed | None) -> tuple[str, ...]:
    """That the visit of the day is booked for less than the plan takes."""
    if need is None or need.profile is None:
        return ()
    booked, planned = length_of(row), need.profile
    return too_short(
        [(row.starts_on, booked.attended_minutes, booked.observe_minutes)],
        attended_minutes=planned.attended_minutes,
        observe_minutes=planned.observe_minutes,
    )


def _reaction(given: GivenInfusion | None) -> str:
    if given is None:
        return "First infusion"
    borne = given.tolerability
    if borne is None:
        return "Not recorded"
    parts = [
        ", ".join(borne.effects).capitalize() if borne.effects else "",
        "blood pressure alert" if borne.blood_pressure_alert else "",
        f"worst event grade {borne.worst_event_grade}" if borne.worst_event_grade else "",
    ]
    return "; ".join(part for part in parts if part) or "Borne well"


def _risk(safety: SafetyState) -> str:
    return safety.sentences[0] if safety.sentences else "Not asked"


def _risk_mark(safety: SafetyState) -> str:
    return mark_of(safety.level)


def _escort(person: SupportPerson | None, step: NextStep | None) -> tuple[str, bool]:
    missing = step is not None and any(each.kind is ObstacleKind.ESCORT for each in step.obstacles)
    if missing:
        return "Missing", True
    return (f"{person.name}, {person.phone}" if person else "On record in intake"), False


@dataclass(frozen=True, slots=True)
class DemandWeek:
    """A week of the next 30 days: visits that fit in its chairs, that are booked, and that are still to be booked in it."""

    monday: date
    places: int
    booked: int
    to_book: int
    minutes: int = 0
    """What the booked and the others take of the chairs."""
    minutes_of_places: int = 0

    @property
    def percent(self) -> int:
        """Of the places, with what is still to be booked; a longer infusion takes more of them."""
        return round(100 * self.minutes / self.minutes_of_places) if self.minutes_of_places else 0


def chair_demand(clinic: Clinic) -> tuple[DemandWeek, ...]:
    """Expected chair demand of the next 30 days by week: what stands, and what is due by plans and windows without a place.

    A missing visit counts in the week of the day for which the plan has it, else of the last day of its window. Raises
    BookingRefused without a week.
    """
    first = today(clinic)
    last = first + timedelta(days=DAYS_AHEAD)
    week = week_of(clinic)
    period = week.period(ZoneInfo(clinic.zone), first, last)
    places: dict[date, int] = {}
    for day in period.days:
        length = (day.open.end - day.open.start).total_seconds() / 60
        places[_monday(day.date)] = places.get(_monday(day.date), 0) + len(week.chairs) * int(
            length // week.profile.chair_minutes
        )
    rows = standing(clinic.pk).filter(
        kind__in=Appointment.IN_A_CHAIR,
        starts_at__gte=start_of_day(clinic, first),
        starts_at__lt=start_of_day(clinic, last),
    )
    booked = _by_week((row.starts_on, length_of(row)) for row in rows.select_related("patient__clinic"))
    batch = Batch(list(clinic.patients.order_by("pk")), clinic=clinic, today=first)
    due = _by_week(
        (day, need.profile or week.profile) for need in needs(batch).values() for day in need.unbooked_days()
    )
    return tuple(
        DemandWeek(
            monday,
            n,
            len(booked[monday]),
            len(due[monday]),
            sum(booked[monday]) + sum(due[monday]),
            n * week.profile.chair_minutes,
        )
        for monday, n in sorted(places.items())
    )


def _by_week(visits: Iterable[tuple[date, VisitProfile]]) -> Mapping[date, list[int]]:
    """By Monday: how many minutes each visit takes its chair."""
    found: defaultdict[date, list[int]] = defaultdict(list)
    for day, length in visits:
        found[_monday(day)].append(length.chair_minutes)
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
