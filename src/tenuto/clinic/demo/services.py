"""Loading the demonstration, through the same services as real records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.demo_code import give_second_factor
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.demo.cohort import cohort
from tenuto.clinic.demo.personas import other_patients, teaching_patients
from tenuto.clinic.demo.staff import OTHER_CLINIC, PASSWORD, STAFF, TEACHING_CLINIC
from tenuto.clinic.demo.walking import walk
from tenuto.clinic.desk.api import judge_all
from tenuto.clinic.intake.api import RecordSource, receive
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_json import facts_to_json

__all__ = ["ProductionRefused", "demo_is_loaded", "load", "load_if_empty"]


class ProductionRefused(RuntimeError):
    """Invented patients have no place beside real ones."""


def demo_is_loaded() -> bool:
    """True when the demonstration's clinic is here."""
    return Clinic.objects.filter(name=TEACHING_CLINIC, demonstration=True).exists()


def load_if_empty() -> bool:
    """Load the demonstration into a database without any clinic; True when it was done."""
    if Clinic.objects.exists():
        return False
    load(now=timezone.now())
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
    _receive(teaching_patients(today), by=team["alice"], now=now)
    _receive(other_patients(today), by=team["charlie"], now=now)
    walk(cohort(today), team=team, now=now)
    for clinic in Clinic.objects.all():
        judge_all(clinic, today=today)


def _receive(patients: Iterable[PatientFacts], *, by: Staff, now: datetime) -> None:
    for number, facts in enumerate(patients):
        content = json.dumps(facts_to_json(facts), sort_keys=True).encode()
        source = RecordSource("demonstration", hashlib.sha256(content).hexdigest(), {})
        receive(facts=facts, source=source, by=by, at=now - timedelta(hours=3 * number, minutes=7 * number))
