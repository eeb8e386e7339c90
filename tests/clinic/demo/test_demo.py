"""The demonstration is built by the same services as real records, and never beside them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.demo.cohort import ENQUIRERS, PEOPLE, CohortStage, cohort
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.demo.services import ProductionRefused, demo_is_loaded, load, load_if_empty
from tenuto.clinic.demo.staff import STAFF, TEACHING_CLINIC
from tenuto.clinic.desk.models import Standing, WorkRow
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.models import PlanSignature


@pytest.fixture
def demo(demonstration):
    return Clinic.objects.get(name=TEACHING_CLINIC)


def test_it_loads_once_into_an_empty_database(db):
    assert not demo_is_loaded()
    assert load_if_empty()
    assert not load_if_empty()
    assert demo_is_loaded()


def test_it_stays_out_of_a_database_that_is_used(clinic):
    assert not load_if_empty()
    assert not demo_is_loaded()


def test_production_refuses_it(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(ProductionRefused, match="patients are invented"):
        load(now=timezone.now())
    assert not Clinic.objects.exists()


def test_every_name_says_that_it_is_invented(demo):
    assert all(name.startswith("Demo ") for name in Patient.objects.values_list("name", flat=True))
    assert all(name.endswith(" Demo") for name in Staff.objects.values_list("name", flat=True))


def test_it_shows_every_gate_and_a_second_clinic(demo):
    marks = set(Standing.objects.filter(clinic=demo).values_list("mark", flat=True))
    assert marks == {"pass", "review", "block", "refuse", "unknown"}
    assert Clinic.objects.count() == 2
    assert len({person.clinic for person in STAFF}) == 2


def test_every_demo_deed_is_on_record(demo):
    assert AuditEvent.objects.filter(action="registered patient").count() == Patient.objects.count()
    recorded = AuditEvent.objects.filter(action="recorded intake").values("patient_id").distinct()
    assert recorded.count() == Patient.objects.count() - PEOPLE[CohortStage.REGISTERED]


def test_sixty_people_stand_at_every_stage_reached_so_far(demo):
    assert demo.patients.count() >= 60
    assert {p.person.name for p in teaching_patients(timezone.localdate())} <= set(
        demo.patients.values_list("name", flat=True)
    )
    assert demo.enquiries.filter(end__isnull=True).count() == len(ENQUIRERS)
    kinds = set(WorkRow.objects.filter(clinic=demo).values_list("next_step", flat=True))
    assert kinds >= {
        "Answer it", "Take the history", "Complete the record", "See what blocks", "Decide", "Sign the plan",
    }  # fmt: skip
    assert WorkRow.objects.filter(clinic=demo, due__lt=timezone.now()).exists()
    assert PlanSignature.objects.filter(version__revises__isnull=False).exists()


def test_the_cohort_is_the_same_at_every_load():
    assert cohort(date(2026, 3, 2)) == cohort(date(2026, 3, 2))
