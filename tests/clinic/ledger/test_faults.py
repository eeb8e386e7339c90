"""The server is killed while it writes: what was confirmed is there, the rest is not, and the chain is whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import pytest

from tests.clinic.processes import house, run

pytestmark = pytest.mark.thorough

__all__ = ["house"]

KILLS, KILLS_SOAK = 2, 60
LONGEST_SECONDS = 0.05
"""A kill comes this long after a confirmed action at the latest; an action takes about a third of it."""

PREPARE = """
import django
django.setup()
from django.utils import timezone
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import employ, open_clinic
clinic = open_clinic(name="Fault Clinic", demonstration=True)
employ(clinic=clinic, username="alice", password="kept-by-nobody-9", name="Alice", role=Role.PRESCRIBER, at=timezone.now())
"""
WRITE = """
import sys
import django
django.setup()
from datetime import date, timedelta
from django.utils import timezone
from tenuto.clinic.intake.services import RecordSource, receive
from tenuto.clinic.accounts.models import Staff
from tenuto.core.intake.facts import Identifier, PatientFacts, Person
alice = Staff.objects.get(username="alice")
for number in range(10_000):
    name = f"{sys.argv[1]}-{number}"
    mrn, born = Identifier(name, "MRN", "urn:test:MRN", proves=True), date(1931, 5, 4) + timedelta(days=300 * int(sys.argv[1]) + number)
    facts = PatientFacts(Person(f"Fault {name}", (mrn,), born, "female"))
    source = RecordSource(f"{name}.json", name.rjust(64, "0"), {})
    patient = receive(facts=facts, source=source, by=alice, at=timezone.now()).patient
    print(patient.pk, flush=True)
"""
COUNT = """
import django
django.setup()
from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import Patient
for patient in Patient.objects.all():
    records = IntakeRecord.objects.filter(patient=patient).count()
    actions = set(AuditEvent.objects.filter(patient_id=patient.pk).values_list("action", flat=True))
    print(patient.pk, patient.identifiers.count(), records, *sorted(each.replace(" ", "-") for each in actions))
"""


@pytest.fixture(scope="module")
def prepared(house):
    """The environment of a server with one clinic and one member of staff."""
    run(PREPARE, house)
    return house


def _confirmed_until_killed(environment: dict[str, str], round_: int, chance: random.Random) -> list[str]:
    """What the writer had confirmed when it was killed somewhere in an action."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(round_)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    confirmed = [writer.stdout.readline().strip() for _ in range(chance.randint(1, 8))]
    time.sleep(chance.uniform(0, LONGEST_SECONDS))
    writer.send_signal(signal.SIGKILL)
    confirmed += writer.stdout.read().split()
    writer.wait()
    assert writer.returncode == -signal.SIGKILL
    return confirmed


def _check(environment: dict[str, str], confirmed: set[str]) -> int:
    """Nothing confirmed is lost, nothing is half there; returns how many whole actions had not yet been confirmed."""
    rows = [line.split() for line in run(COUNT, environment).splitlines()]
    for patient, identifiers, records, *actions in rows:
        assert (identifiers, records) == ("1", "1"), f"{patient} is half there"
        assert {"registered-patient", "recorded-intake"} <= set(actions)
    kept = {row[0] for row in rows}
    assert confirmed <= kept
    checked = subprocess.run(
        [sys.executable, "-m", "tenuto", "audit", "verify"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    return len(kept - confirmed)


def _kill_again_and_again(environment: dict[str, str], kills: int) -> tuple[int, int]:
    chance, confirmed, more = random.Random(7), set[str](), 0
    for round_ in range(kills):
        confirmed |= set(_confirmed_until_killed(environment, round_, chance))
        more = _check(environment, confirmed)
    return len(confirmed), more


def test_a_kill_loses_nothing_that_was_confirmed(prepared):
    confirmed, _ = _kill_again_and_again(prepared, KILLS)
    assert confirmed >= KILLS


@pytest.mark.soak
def test_many_kills_lose_nothing_that_was_confirmed(prepared, record_property):
    confirmed, more = _kill_again_and_again(prepared, KILLS_SOAK)
    record_property("kills", KILLS_SOAK)
    record_property("actions confirmed", confirmed)
    record_property("whole actions killed before they were confirmed", more)


def test_the_check_sees_a_deed_without_its_second_half(prepared):
    """The same check on a database whose writer kept a patient and lost the record."""
    _confirmed_until_killed(prepared, 0, random.Random(1))
    run(HALF, prepared)
    with pytest.raises(AssertionError, match="half there"):
        _check(prepared, set())


HALF = """
import django
django.setup()
from django.db import transaction
from django.utils import timezone
from tenuto.clinic.ledger.services import record
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
alice = Staff.objects.get(username="alice")
with transaction.atomic():
    patient = Patient.objects.create(clinic=alice.clinic, name="Half", registered_at=timezone.now())
    record(action="registered patient", subject=patient, by=alice, at=timezone.now())
"""
