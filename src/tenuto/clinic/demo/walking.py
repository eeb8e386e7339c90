"""Taking the invented cohort along the pathway, each as far as they have come, by the verbs that the clinic has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.demo.answering import answer_before_the_first_infusion
from tenuto.clinic.demo.cohort import ENQUIRERS, CohortStage, Member
from tenuto.clinic.intake.api import (
    Enquiring,
    RecordSource,
    ask_for_test,
    current,
    decide,
    receive,
    record_enquiry,
    register_enquirer,
)
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan import api as plans
from tenuto.clinic.ports.api import place_hold
from tenuto.clinic.scales.api import record_form
from tenuto.core.intake import labs
from tenuto.core.intake.facts_json import facts_to_json
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.request import PlanRequest
from tenuto.core.units import MgPerMl, Ml

__all__ = ["walk"]

PLANNED = (CohortStage.DRAFTED, CohortStage.SIGNED, CohortStage.REVISED)
LIVER = next(test for test in labs.tests() if test.id == "liver")
WITH_ITEM_9 = {str(n): 2 for n in range(1, 9)} | {"9": 1}
DAYS = (0, 2, 4)
"""Monday, Wednesday, Friday."""


def walk(members: Sequence[Member], *, team: Mapping[str, Staff], now: datetime) -> None:
    """Enquiries first, then everyone of the cohort."""
    for number, name in enumerate(ENQUIRERS):
        _enquire(name, by=team["carol"], at=now - timedelta(hours=9 * number + 1))
    for number, member in enumerate(members):
        _walk(member, number, team=team, now=now)


def _walk(member: Member, number: int, *, team: Mapping[str, Staff], now: datetime) -> None:
    begun = now - timedelta(days=member.days, minutes=7 * number)
    if member.place is CohortStage.REGISTERED:
        _register(member, by=team["carol"], at=begun)
        return
    patient = _record(member, by=team["bob"], at=begun)
    if member.place is CohortStage.INCOMPLETE:
        _leave_open(patient, number, team=team, at=begun + timedelta(hours=1))
    if member.place in (CohortStage.DECLINED, CohortStage.ACCEPTED, *PLANNED):
        _decide(patient, member.place, by=team["alice"], at=now - timedelta(hours=6))
    if member.place in PLANNED:
        _plan(patient, member.place, by=team["alice"], at=now - timedelta(hours=5))
    if member.place in (CohortStage.SIGNED, CohortStage.REVISED):
        answer_before_the_first_infusion(patient, number, by=team["carol"], at=now - timedelta(hours=3))


def _enquire(name: str, *, by: Staff, at: datetime) -> None:
    asked = Enquiring(
        "phone", name, "000 0000", consent_to_contact=True, message="Asks whether this may help."
    )
    record_enquiry(clinic=by.clinic, asked=asked, by=by, at=at)


def _register(member: Member, *, by: Staff, at: datetime) -> None:
    person = member.facts.person
    asked = Enquiring("letter", person.name, "000 0000", consent_to_contact=True, referrer="Dr Demo Thistle")
    enquiry = record_enquiry(clinic=by.clinic, asked=asked, by=by, at=at)
    register_enquirer(enquiry=enquiry, person=person, contact=enquiry.contact, may_contact=True, by=by, at=at)


def _record(member: Member, *, by: Staff, at: datetime) -> Patient:
    content = json.dumps(facts_to_json(member.facts), sort_keys=True).encode()
    source = RecordSource("demonstration", hashlib.sha256(content).hexdigest(), {})
    return receive(facts=member.facts, source=source, by=by, at=at).patient


def _leave_open(patient: Patient, number: int, *, team: Mapping[str, Staff], at: datetime) -> None:
    """Something is due or late about most of those in intake."""
    if number % 3 == 0:
        ask_for_test(patient=patient, test=LIVER, by=team["bob"], at=at)
    if number % 4 == 0:
        record_form(
            patient=patient, instrument_id="phq9", answers=WITH_ITEM_9, taken=clock.day_of(patient.clinic, at), answered_by="patient",
            by=team["bob"], at=at,
        )  # fmt: skip
    if number % 5 == 0:
        place_hold(patient=patient, why="Waits for the letter of the cardiologist.", by=team["alice"], at=at)


def _decide(patient: Patient, place: CohortStage, *, by: Staff, at: datetime) -> None:
    declined = place is CohortStage.DECLINED
    decide(
        patient=patient,
        outcome="not_suitable" if declined else "accepted",
        reason="Would rather try psychotherapy first."
        if declined
        else "Seen in person; reasons weighed together.",
        seen=current(patient).facts_sha256,
        signature=Reauthentication(by, at, "totp"),
        at=at,
    )


def _plan(patient: Patient, place: CohortStage, *, by: Staff, at: datetime) -> None:
    _write_plan(patient, 100, "", signs=place is not CohortStage.DRAFTED, by=by, at=at)
    if place is CohortStage.REVISED:
        _write_plan(patient, 50, "Less fluid.", signs=True, by=by, at=at + timedelta(minutes=30))


def _write_plan(patient: Patient, volume_ml: int, why: str, *, signs: bool, by: Staff, at: datetime) -> None:
    day = clock.day_of(patient.clinic, at)
    start = day + timedelta(days=7 - day.weekday())
    request = PlanRequest(start=start, clinic_days=DAYS, vial=MgPerMl(50), volume=TotalVolume(Ml(volume_ml)))
    seen = plans.proposed_sha256(patient, request, as_of=day)
    version = plans.draft(patient=patient, request=request, seen=seen, why=why, by=by, at=at)
    if signs:
        plans.sign(
            version=version,
            seen=version.content_sha256,
            reason="Read and weighed.",
            signature=Reauthentication(by, at, "totp"),
            at=at,
        )
