"""Four more invented patients whose induction is over: in maintenance for most of a year, drifting, without a response, and
a responder who has not begun with maintenance. Their scores and infusions are recorded by the verbs that the clinic has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.demo.personas import RECURRENT, SERTRALINE
from tenuto.clinic.demo.records import InventedRecord
from tenuto.clinic.forecast import api as forecasts
from tenuto.clinic.intake.api import RecordSource, current, decide, receive
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.outcomes.api import record_check
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel, Patient
from tenuto.clinic.plan import api as plans
from tenuto.clinic.scales.api import record_form
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.request import PlanRequest
from tenuto.core.units import MgPerMl, Ml

__all__ = [
    "STORIES",
    "Story",
    "give_as_ordered",
    "looked_at",
    "record_story",
    "sign_plan",
    "take_score",
    "tell_stories",
    "write_by_message",
]

INDUCTION = (0, 2, 4, 7, 9, 11)
"""Monday, Wednesday, Friday of two weeks."""
MONDAY_TO_FRIDAY = (0, 2, 4)
BORNE_WELL = Tolerability(1, 0, blood_pressure_alert=False, deepest_sedation=4, effects=("nausea",))
RULE = "forecast of the night"


@dataclass(frozen=True, slots=True)
class Story:
    """One course; days count from the first infusion, which was on a Monday so many weeks ago."""

    name: str
    number: int
    years: int
    kg: str
    weeks_ago: int
    maintenance: tuple[int, ...]
    """Days of the infusions after the induction."""
    scores: tuple[tuple[int, int], ...]
    """Day and PHQ-9."""


STORIES = (
    Story(
        "Demo Heather", 201, 46, "71.5", 44, (32, 56, 84, 115, 144, 177, 214, 252, 287),
        ((-3, 21), (2, 17), (7, 13), (11, 9), (18, 7), (25, 6), (31, 8), (39, 5), (46, 6), (55, 8), (62, 5), (69, 4), (76, 6),
         (83, 7), (91, 5), (105, 6), (114, 7), (122, 4), (136, 5), (143, 8), (151, 6), (165, 4), (176, 7), (185, 5), (199, 6),
         (213, 8), (221, 5), (235, 4), (251, 7), (259, 5), (273, 6), (286, 8), (294, 5), (301, 4), (304, 6)),
    ),
    Story(
        "Demo Gorse", 202, 38, "83", 15, (35, 66),
        ((-3, 20), (4, 15), (11, 9), (18, 7), (25, 6), (34, 6), (42, 7), (52, 8), (65, 7), (73, 6), (80, 8), (87, 10), (94, 12),
         (101, 13)),
    ),
    Story(
        "Demo Bracken", 203, 57, "66.4", 5, (), ((-3, 22), (4, 21), (7, 20), (11, 19), (18, 20), (25, 19), (32, 20)),
    ),
    Story(
        "Demo Clary", 204, 33, "78.2", 4, (), ((-3, 19), (2, 15), (4, 13), (7, 10), (11, 7), (18, 6), (24, 7)),
    ),
)  # fmt: skip
"""What each shows stands above."""


def tell_stories(*, team: Mapping[str, Staff], now: datetime) -> None:
    """Record the four, as of `now`."""
    for story in STORIES:
        patient = record_story(story, team=team, now=now)
        looked_at(patient, clock.day_of(patient.clinic, now) - timedelta(days=9), by=team["bob"], at=now)
        _keep_forecast(patient, now - timedelta(hours=4))


def record_story(story: Story, *, team: Mapping[str, Staff], now: datetime) -> Patient:
    """Record a course up to `now`, with the forecast that stood before each maintenance infusion."""
    zone, today = ZoneInfo(team["alice"].zone), clock.day_of(team["alice"].clinic, now)
    first = today - timedelta(days=today.weekday() + 7 * story.weeks_ago)

    def at(day: int, hour: int) -> datetime:
        return datetime.combine(first + timedelta(days=day), time(hour), zone)

    patient = _receive(story, first - timedelta(days=5), today, by=team["bob"], at=at(-5, 10))
    write_by_message(patient, by=team["bob"], at=at(-5, 10))
    take_score(patient, story.scores[0][1], at(story.scores[0][0], 9), by=team["bob"])
    plan = sign_plan(patient, first, by=team["alice"], at=at(-3, 12))
    given = [*INDUCTION, *story.maintenance]
    for day in sorted({*given, *(day for day, _ in story.scores[1:])}):
        for taken, total in story.scores[1:]:
            if taken == day:
                take_score(patient, total, at(day, 9), by=team["bob"])
        if day in story.maintenance:
            _keep_forecast(patient, at(day, 10))
        if day in given:
            give_as_ordered(patient, plan, at(day, 11), by=team["bob"])
    # Whoever is in treatment is weighed and asked again: the record as it is by now.
    return _receive(story, today, today, by=team["bob"], at=now - timedelta(hours=5))


def _receive(story: Story, day: date, today: date, *, by: Staff, at: datetime) -> Patient:
    """The record of one day."""
    record = InventedRecord.complete(
        day, name=story.name, number=story.number, years=story.years, sex="male", kg=story.kg, cm="176",
        diagnosis=RECURRENT, aged_on=today,
    ).taking(codes=(SERTRALINE,))  # fmt: skip
    scores = tuple(score for score in record.facts.scores if score.instrument != "phq9")
    facts = replace(record.facts, scores=scores)
    content = f"{story.name}, {day}".encode()
    source = RecordSource("demonstration", hashlib.sha256(content).hexdigest(), {})
    return receive(facts=facts, source=source, by=by, at=at).patient


def write_by_message(patient: Patient, *, by: Staff, at: datetime) -> None:
    """The patient wants to be asked by message, so that answers come as time is moved forward."""
    prefer_contact(patient=patient, channel=Channel.SMS, allowed=True, address="000 0000", by=by, at=at)


def take_score(patient: Patient, total: int, at: datetime, *, by: Staff) -> None:
    """A PHQ-9 with this total, taken at that moment."""
    record_form(
        patient=patient, instrument_id="phq9", answers=_answers(total), taken=clock.day_of(patient.clinic, at), answered_by="patient", by=by, at=at,
    )  # fmt: skip


def _answers(total: int) -> Mapping[str, int | None]:
    """Answers that come to a total, the question on suicide answered with none."""
    each, more = divmod(total, 8)
    return {str(n): each + (n <= more) for n in range(1, 9)} | {"9": 0}


def sign_plan(patient: Patient, start: date, *, by: Staff, at: datetime) -> plans.PlanState:
    """Accepted in intake, planned from that day on and signed."""
    decide(
        patient=patient, outcome="accepted", reason="Seen in person; reasons weighed together.",
        seen=current(patient).facts_sha256, signature=Reauthentication(by, at, "totp"), at=at,
    )  # fmt: skip
    request = PlanRequest(
        start=start, clinic_days=MONDAY_TO_FRIDAY, vial=MgPerMl(50), volume=TotalVolume(Ml(100))
    )
    seen = plans.proposed_sha256(patient, request, as_of=clock.day_of(patient.clinic, at))
    version = plans.draft(patient=patient, request=request, seen=seen, why="", by=by, at=at)
    plans.sign(
        version=version, seen=version.content_sha256, reason="Read and weighed.",
        signature=Reauthentication(by, at, "totp"), at=at,
    )  # fmt: skip
    plan = plans.current(patient)
    if plan is None:
        raise RuntimeError(f"The plan of {patient.name} was signed and is not in force.")
    return plan


def looked_at(patient: Patient, on: date, *, by: Staff, at: datetime) -> None:
    """Cognition and misuse, both well, on that day."""
    well = {"outside": "no", "early": "no", "craving": "1", "monitoring": "clear"}
    for kind, entered in ((CheckKind.COGNITION, {"score": "28"}), (CheckKind.MISUSE, well)):
        record_check(patient=patient, kind=kind, on=on, readings={}, words={}, entered=entered, by=by, at=at)


def give_as_ordered(patient: Patient, plan: plans.PlanState, at: datetime, *, by: Staff) -> None:
    """An infusion as the plan orders it, borne well."""
    dose = plan.order.dose
    if dose is None:
        raise RuntimeError(f"The plan of {patient.name} orders no dose.")
    on = clock.day_of(patient.clinic, at)
    given = GivenInfusion(on, mass=dose.dose, minutes=dose.minutes, tolerability=BORNE_WELL)
    plans.record_given(patient=patient, given=given, by=by, at=at)


def _keep_forecast(patient: Patient, at: datetime) -> None:
    clinic = patient.clinic
    known = forecasts.courses(Batch([patient], clinic=clinic, today=clock.day_of(clinic, at)))[patient.pk]
    forecasts.keep_forecast(known=known, by=Machine(clinic.pk, RULE, clinic.zone), at=at)
