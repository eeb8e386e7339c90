"""Loading the demonstration, through the same services as real records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.demo_code import give_second_factor
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.services import employ, open_clinic, set_clinic_words
from tenuto.clinic.demo.booked import book_some, set_up_week
from tenuto.clinic.demo.cohort import cohort
from tenuto.clinic.demo.maintained import tell_stories
from tenuto.clinic.demo.personas import other_patients, teaching_patients
from tenuto.clinic.demo.refused import ProductionRefused
from tenuto.clinic.demo.running import tell_running
from tenuto.clinic.demo.staff import OTHER_CLINIC, PASSWORD, STAFF, TEACHING_CLINIC
from tenuto.clinic.demo.walking import walk
from tenuto.clinic.desk.api import judge_all
from tenuto.clinic.intake.api import RecordSource, receive
from tenuto.clinic.outcomes.api import push_checks, push_decisions
from tenuto.clinic.ports.api import LONGEST_SHIFT, put_on_call
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_json import facts_to_json
from tenuto.core.literature.emergency import emergency_words

__all__ = ["ProductionRefused", "demo_is_loaded", "load", "load_if_empty"]


COUNTRY = "America/Chicago"
"""Whose emergency numbers the invented people read: their phone numbers are of that country, too."""


def demo_is_loaded() -> bool:
    """True when the demonstration's clinic is here."""
    return Clinic.objects.filter(name=TEACHING_CLINIC, demonstration=True).exists()


def load_if_empty() -> bool:
    """Load the demonstration into a database without any clinic; True when it was done."""
    if Clinic.objects.exists():
        return False
    load(now=clock.instant())
    return True


@transaction.atomic
def load(*, now: datetime) -> None:
    """Open two invented clinics with staff and patients as of `now`."""
    if settings.PRODUCTION:
        raise ProductionRefused("The demonstration does not load in production: its patients are invented.")
    # The other clinic has no signed policy: it shows what a clinic sees before its director has signed.
    teaching = open_clinic(name=TEACHING_CLINIC, demonstration=True)
    open_clinic(name=OTHER_CLINIC, demonstration=False, invented=True)
    now = clock.local(teaching, now)
    today = now.date()
    team = {
        person.username: employ(
            clinic=Clinic.objects.get(name=person.clinic),
            username=person.username,
            password=PASSWORD,
            name=person.name,
            role=person.role,
            at=now,
        )
        for person in STAFF
    }
    for person in STAFF:
        give_second_factor(team[person.username], secret=person.secret)
    set_clinic_words(
        clinic=teaching, phone="555 0100", crisis_words=emergency_words(COUNTRY), by=team["dora"], at=now
    )
    # Somebody is on call, so that every question may be asked by link.
    alice = team["alice"]
    put_on_call(
        staff=alice,
        begins_at=now - timedelta(days=1),
        ends_at=now - timedelta(days=1) + LONGEST_SHIFT,
        phone="555 0190",
        by=team["bob"],
        at=now,
    )
    _receive(teaching_patients(today), by=team["alice"], now=now)
    _receive(other_patients(today), by=team["charlie"], now=now)
    walk(cohort(today), team=team, now=now)
    tell_stories(team=team, now=now)
    tell_running(team=team, now=now)
    push_decisions(teaching, at=now)
    push_checks(teaching, at=now)
    set_up_week(teaching, team=team, now=now)
    book_some(teaching, team=team, now=now)
    for clinic in Clinic.objects.all():
        judge_all(clinic, today=today)


def _receive(patients: Iterable[PatientFacts], *, by: Staff, now: datetime) -> None:
    for number, facts in enumerate(patients):
        content = json.dumps(facts_to_json(facts), sort_keys=True).encode()
        source = RecordSource("demonstration", hashlib.sha256(content).hexdigest(), {})
        receive(facts=facts, source=source, by=by, at=now - timedelta(hours=3 * number, minutes=7 * number))
