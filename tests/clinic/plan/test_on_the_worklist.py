"""A patient with a signed plan stays on the worklist: to book, running, held, or no longer suitable."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts import clock
from tenuto.clinic.desk.models import WorkRow
from tenuto.clinic.desk.projection import judge_all, rebuild, refresh
from tenuto.clinic.plan.services import withdraw
from tenuto.clinic.plan.services.visits import record_given
from tenuto.clinic.ports.api import lift_hold, place_hold
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.units import Mg, Minutes
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, signed

TODAY = NOW.date()


@pytest.fixture
def planned(accepted, alice):
    patient = accepted()
    return patient, signed(patient, alice, OPTIONS)


def rows(clinic):
    refresh(clinic, today=TODAY)
    return [(row.stage, row.kind) for row in WorkRow.objects.order_by("rank")]


def give(patient, by, day=TODAY, dose="36"):
    given = GivenInfusion(day, mass=Mg(dose), minutes=Minutes(40), tolerability=Tolerability(0, 0, False, 5))
    record_given(patient=patient, given=given, by=by, at=NOW)


def test_the_coordinator_is_told_to_book(clinic, planned, carol, visit):
    assert rows(clinic) == [("booking", "Visits to book")]
    page = visit(carol).get("/worklist/?owner=mine").content.decode()
    patient, _ = planned
    assert "none given. Wed 25 Nov planned; not booked." in page
    assert f'href="/patients/{patient.pk}/plan/"' in page
    assert "Wed 25 Nov</span>" in page, "the day by which somebody looks again"
    assert "No date set" not in page


def test_after_the_first_infusion_the_series_runs(clinic, planned, alice, bob):
    patient, _ = planned
    give(patient, bob)
    give(patient, bob, dose="35")
    assert rows(clinic) == [("infusion", "Series running")]
    assert WorkRow.objects.filter(kind="Series running").get().why.startswith("Given 1 of 6, 36 mg.")


def test_a_hold_takes_the_place_of_the_booking(clinic, planned, alice):
    patient, _ = planned
    hold = place_hold(patient=patient, why="Fever.", by=alice, at=NOW)
    assert rows(clinic) == [("booking", "Hold on booking")]
    lift_hold(hold=hold.id, why="Gone.", by=alice, at=NOW)
    assert rows(clinic) == [("booking", "Visits to book")]


def test_a_withdrawn_plan_has_nothing_to_book(clinic, planned, alice):
    _, version = planned
    withdraw(version=version, reason="Moved away.", by=alice, at=NOW)
    assert rows(clinic) == [("plan", "Plan to make")]


def test_following_the_deeds_gives_the_same_rows_as_working_them_out(clinic, planned, bob):
    patient, _ = planned
    rows(clinic)
    give(patient, bob)
    followed = rows(clinic)
    rebuild(clinic)
    judge_all(clinic, today=TODAY)
    assert rows(clinic) == followed


def test_a_course_that_nobody_looked_at_in_time_is_late(clinic, planned, alice, bob, visit):
    patient, _ = planned
    for days in (12, 10, 8, 5, 3, 1):
        give(patient, bob, TODAY - timedelta(days=days + 8))
    rows(clinic)
    row = WorkRow.objects.get(kind="Series ended, no score")
    assert clock.local(clinic, row.due).date() == TODAY - timedelta(days=2)
    page = visit(alice).get("/worklist/?owner=mine&mark=late").content.decode()
    assert "Series ended, no score" in page
