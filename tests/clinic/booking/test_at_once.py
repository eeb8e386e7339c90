"""Two hundred bookings of the same few places from four processes at once, on a database of their own (a file, or PostgreSQL).

Once as the program books, and once with its lock and its check taken away, so that only the database stands between them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise

import pytest

from tests.clinic.booking.conftest import WEEK
from tests.clinic.processes import house, run
from tests.patience import PATIENCE

__all__ = ["house"]

PROCESSES, EACH = 4, 50
PREPARE = f"""
import django
django.setup()
from datetime import date
from django.utils import timezone
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.booking.api import set_week
from tenuto.clinic.people.services import register_patient
clinic, now = open_clinic(name="Busy Clinic", demonstration=False), timezone.now()
employ(clinic=clinic, username="carol", password="x", name="Carol", role=Role.COORDINATOR, at=now)
carol = Staff.objects.get(username="carol")
set_week(content={WEEK!r}, by=carol, at=now)
for number in range({PROCESSES * EACH}):
    register_patient(name=f"Patient {{number}}", birth_date=date(1981, 5, 4), identifiers=(), by=carol, at=now)
"""
BOOK = f"""
import json
import sys
from dataclasses import replace
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.api import AskedSeries, BookingRefused, accept_series, propose_series
from tenuto.clinic.booking.services import accepting
from tenuto.clinic.people.models import Patient
number, bare = int(sys.argv[1]), sys.argv[2] == "bare"
if bare:
    accepting.lock_bookings = lambda clinic: None
    accepting.verify = lambda period, visits: ()
carol, now = Staff.objects.get(username="carol"), timezone.now()
first = now.date() + timedelta(days=30 if bare else 3)
asked = AskedSeries(2, 1, 2, first, first + timedelta(days=6))
patients = list(Patient.objects.order_by("pk"))[number * {EACH}:(number + 1) * {EACH}]
offers = [propose_series(patient=patients[0], asked=asked, by=carol, at=now)] * {EACH}
print("ready", flush=True)
sys.stdin.readline()
booked, refused = [], []
for patient, offer in zip(patients, offers):
    # Each asks for the same places, then, refused, for what is free now.
    for turn in range(2):
        visits = [replace(visit, patient=str(patient.pk)) for visit in offer.visits]
        try:
            rows = accept_series(patient=patient, asked=asked, visits=visits, by=carol, at=timezone.now())
            booked += [str(row.pk) for row in rows]
            break
        except BookingRefused as error:
            refused.append(str(error))
            offer = propose_series(patient=patient, asked=asked, by=carol, at=now)
print(json.dumps({{"booked": booked, "refused": refused}}), flush=True)
"""
LOOK = """
import json
import django
django.setup()
from tenuto.clinic.booking.models import Appointment
print(json.dumps([
    [str(a.pk), a.chair, a.nurse, a.starts_at.timestamp(), a.infused_at.timestamp(), a.chair_free_at.timestamp()]
    for a in Appointment.objects.order_by("starts_at")
]))
from tenuto.clinic.ledger.verify import Report, verify
assert list(verify(Report())) == []
"""


@pytest.mark.thorough
def test_no_place_is_booked_twice_and_no_success_is_lost(house):
    run(PREPARE, house)
    kept: set[str] = set()
    for how in ("as it is", "bare"):
        answers = at_once(house, how)
        booked = [key for answer in answers for key in answer["booked"]]
        refused = [sentence for answer in answers for sentence in answer["refused"]]
        assert booked, how
        assert refused, how
        assert all(sentence.endswith("Ask for a new proposal.") for sentence in refused), refused[0]
        found = json.loads(run(LOOK, house))
        kept |= set(booked)
        assert {row[0] for row in found} == kept
        assert len(booked) == len(set(booked))
        for column, end in ((1, 5), (2, 4)):
            by_name: dict[str, list[list]] = {}
            for row in found:
                by_name.setdefault(row[column], []).append(row)
            for rows in by_name.values():
                assert all(a[end] <= b[3] for a, b in pairwise(sorted(rows, key=lambda row: row[3])))


def at_once(environment, how: str) -> list[dict]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", BOOK, str(number), how],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout.readline().strip() == "ready"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for process in processes]
    for process in processes:
        process.stdin.close()
        assert process.wait(timeout=PATIENCE) == 0
    return answers
