"""The demonstration is built by the same services as real records, and never beside them."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db.models import CharField
from django.utils import timezone

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.course.api import next_steps
from tenuto.clinic.demo.cohort import ENQUIRERS, PEOPLE, CohortStage, cohort
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.demo.services import ProductionRefused, demo_is_loaded, load, load_if_empty
from tenuto.clinic.demo.staff import STAFF, TEACHING_CLINIC
from tenuto.clinic.desk.models import Standing, WorkRow
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.models import PlanSignature
from tenuto.clinic.ports.api import holds_in_force
from tenuto.clinic.ports.models import Task
from tenuto.core.course.next_facts import NextState


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
    assert marks == {"pass", "review", "block", "refuse", "to_do"}
    assert Clinic.objects.count() == 2
    assert len({person.clinic for person in STAFF}) == 2


def test_every_word_fits_its_column(demo):
    """SQLite takes what is too long, PostgreSQL does not."""
    too_long = {
        f"{model._meta.label}.{field.attname}: {value!r}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, CharField) and field.max_length
        for value in model.objects.values_list(field.attname, flat=True)
        if value is not None and len(value) > field.max_length
    }
    assert too_long == set()


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


def test_the_six_cards_have_somebody_to_show_them(demo):
    """In the middle, at the end with and without a response, in maintenance, drifting, and with a check overdue."""
    names = ("Demo Sorrel", "Demo Clary", "Demo Bracken", "Demo Heather", "Demo Gorse", "Demo Tansy")
    patients = list(demo.patients.filter(name__in=names).prefetch_related("identifiers"))
    steps = next_steps(Batch(patients, clinic=demo, today=clock.today(demo)))
    states = {patient.name: steps[patient.pk].state for patient in patients}
    assert [states[name] for name in names] == [
        NextState.MID_INDUCTION, NextState.END_RESPONDER, NextState.END_NON_RESPONDER, NextState.ON_TIME,
        NextState.DRIFTING, NextState.CHECK_LATE,
    ]  # fmt: skip
    sorrel = next(steps[patient.pk] for patient in patients if patient.name == "Demo Sorrel")
    assert sorrel.staff[0].startswith("Given 4 of 6")
    assert any(line.startswith("Escort missing: desk") for line in sorrel.staff)
    assert Task.objects.filter(clinic=demo, kind="outcomes.stop_or_justify", end=None).exists()


def test_a_check_late_for_long_and_an_abnormal_one_hold(demo):
    patients = {
        each.name: each
        for each in demo.patients.filter(name__in=("Demo Tansy", "Demo Teasel", "Demo Yarrow"))
    }
    held = holds_in_force(demo, on=clock.today(demo))
    assert {name for name, each in patients.items() if each.pk in held} == {"Demo Teasel", "Demo Yarrow"}
    assert "3.8 times its upper limit" in " ".join(hold.why for hold in held[patients["Demo Yarrow"].pk])
    asked = Task.objects.filter(clinic=demo, kind__startswith="outcomes.check", end=None)
    assert {(task.patient.name, task.kind) for task in asked} >= {
        ("Demo Tansy", "outcomes.check"),
        ("Demo Teasel", "outcomes.check"),
        ("Demo Yarrow", "outcomes.check_abnormal"),
    }


def test_the_patients_of_the_teaching_clinic_read_whom_to_call(demonstration, visit):
    clinic = Clinic.objects.get(name=TEACHING_CLINIC)
    assert clinic.not_told == ()
    page = visit().get(f"/enquire/{clinic.pk}/").content.decode()
    for number in ("5550100", "911", "988"):
        assert f'href="tel:{number}"' in page


def test_no_man_is_asked_about_bearing_children():
    """What was answered stays in sight, so an invented answer would be too."""
    men = [each for each in teaching_patients(date(2026, 11, 24)) if each.person.sex == "male"]
    assert men
    assert not [a for each in men for a in each.answers if a.fact.startswith(("childbearing", "pregnancy"))]
