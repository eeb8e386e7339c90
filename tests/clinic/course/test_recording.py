"""Infusions as they were given: complete, one a day, and nobody overwrites what they have not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import CourseMoved, infusions_among, infusions_of, mark, record_infusion
from tenuto.clinic.course.models import InfusionReport
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.services import register_patient
from tenuto.core.course.infusion import CourseError, GivenInfusion, Tolerability
from tenuto.core.units import Mg, MgPerKg, Minutes
from tests.clinic.conftest import NOW, numbers

DAY = date(2026, 11, 24)
SERIES, VERSION = UUID(int=1), UUID(int=2)
WELL = GivenInfusion(
    DAY,
    mass=Mg(36),
    dose=MgPerKg("0.5"),
    minutes=Minutes(40),
    tolerability=Tolerability(1, 0, False, 4, ("nausea",)),
)


def give(patient, by, infusion=WELL, *, at=NOW, **more):
    return record_infusion(
        patient=patient, infusion=infusion, improved_percent=Decimal(10), series=SERIES, plan_version=VERSION,
        by=by, at=at, **more,
    )  # fmt: skip


def test_what_was_given_comes_back_as_it_was_said(ana, alice):
    row = give(ana, alice)
    (found,) = infusions_of(ana.pk)
    assert found.infusion == WELL
    assert (found.id, found.series, found.plan_version) == (row.pk, SERIES, VERSION)
    assert (found.improved_percent, found.recorded_by_name, found.recorded_at) == (10, "Alice (alice)", NOW)
    event = AuditEvent.objects.get(action="recorded infusion")
    assert (event.patient_id, event.detail["given_on"], event.detail["dose_mg"]) == (
        ana.pk,
        "2026-11-24",
        "36",
    )


def test_a_second_report_of_a_day_corrects_the_first_and_both_are_kept(ana, alice):
    give(ana, alice, replace(WELL, mass=Mg(63)))
    give(ana, alice, at=NOW + timedelta(minutes=1))
    give(ana, alice, replace(WELL, on=DAY - timedelta(days=2)), at=NOW + timedelta(minutes=2))
    assert [(each.on, each.infusion.mass) for each in infusions_of(ana.pk)] == [
        (DAY - timedelta(days=2), Mg(36)),
        (DAY, Mg(36)),
    ]
    assert InfusionReport.objects.count() == 3


@pytest.mark.parametrize("unknown", ["mass", "dose", "minutes", "tolerability"])
def test_a_report_is_complete(ana, alice, unknown):
    with pytest.raises(CourseError, match="is not complete"):
        give(ana, alice, replace(WELL, **{unknown: None}))
    assert not InfusionReport.objects.exists()


def test_a_day_that_is_not_over_is_not_reported(ana, alice):
    with pytest.raises(CourseError, match="Wed 25 Nov 2026 is not over yet"):
        give(ana, alice, replace(WELL, on=DAY + timedelta(days=1)))


def test_who_has_not_seen_the_newest_report_overwrites_nothing(ana, alice, bob):
    seen = mark(infusions_of(ana.pk))
    assert seen == ""
    give(ana, bob, seen=seen)
    with pytest.raises(CourseMoved, match=r"Bob \(bob\) recorded an infusion in the meantime"):
        give(ana, alice, replace(WELL, mass=Mg(30)), seen=seen)
    assert InfusionReport.objects.count() == 1
    give(ana, alice, at=NOW + timedelta(minutes=1), seen=mark(infusions_of(ana.pk)))
    assert InfusionReport.objects.count() == 2


def test_another_clinics_patient_is_out_of_reach(ana, charlie):
    with pytest.raises(WrongClinic):
        give(ana, charlie)


def test_many_patients_are_one_query(ana, alice, django_assert_num_queries):
    other = register_patient(name="Bea Ray", birth_date=None, identifiers=numbers("MRN 9"), by=alice, at=NOW)
    give(ana, alice)
    give(other, alice, replace(WELL, mass=Mg(30)))
    with django_assert_num_queries(1):
        found = infusions_among([ana.pk, other.pk])
    assert {patient: [each.infusion.mass for each in rows] for patient, rows in found.items()} == {
        ana.pk: [Mg(36)],
        other.pk: [Mg(30)],
    }
