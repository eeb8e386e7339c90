"""Infusions as they were given: complete, one a day, and nobody overwrites what they have not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import (
    CourseMoved,
    account,
    infusions_among,
    infusions_of,
    mark,
    record_infusion,
    strike_infusion,
)
from tenuto.clinic.course.models import InfusionReport, InfusionStruck
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.ports.models import TaskEnd
from tenuto.core.course.infusion import CourseError, GivenInfusion, Tolerability
from tenuto.core.units import Mg, MgPerKg, Minutes
from tests.clinic.conftest import NOW, numbers
from tests.core.course.builders import signed as signed_course

DAY = date(2026, 11, 24)
SERIES, VERSION = UUID(int=1), UUID(int=2)
SIGNED = signed_course(version=str(VERSION), series=str(SERIES), dose=Mg(36), days=())
WELL = GivenInfusion(
    DAY,
    mass=Mg(36),
    dose=MgPerKg("0.5"),
    minutes=Minutes(40),
    tolerability=Tolerability(1, 0, False, 4, ("nausea",)),
)


def give(patient, by, infusion=WELL, *, at=NOW, **more):
    return record_infusion(
        patient=patient, infusion=infusion, series=SERIES, plan_version=VERSION,
        signed=(SIGNED,), by=by, at=at, **more,
    )  # fmt: skip


def test_what_was_given_comes_back_as_it_was_said(ana, alice):
    row = give(ana, alice)
    (found,) = infusions_of(ana.pk)
    assert found.infusion == WELL
    assert (found.id, found.series, found.plan_version) == (row.pk, SERIES, VERSION)
    assert (found.recorded_by_name, found.recorded_at) == ("Alice (alice)", NOW)
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


def deviating(patient):
    return [(task.target, task.why) for task in open_tasks_of(patient) if task.kind == "course.deviation"]


def test_an_infusion_that_differs_is_kept_and_named_and_somebodys_task(ana, alice):
    """Hazard H23: too close, and too much."""
    give(ana, alice, replace(WELL, on=DAY - timedelta(days=1)))
    assert deviating(ana) == []
    give(ana, alice, replace(WELL, mass=Mg(50)))
    assert [each.on for each in infusions_of(ana.pk)] == [DAY - timedelta(days=1), DAY]
    assert dict(deviating(ana)) == {
        "2026-11-24:COURSE-DOSE": "Tue 24 Nov 2026: 50 mg given, 36 mg ordered.",
        "2026-11-24:COURSE-GAP-SHORT": (
            "Tue 24 Nov 2026: 1 day after the one before; the protocol's gap is 2 days or more (44 h)."
        ),
    }


def test_a_correction_ends_the_task_that_it_makes_untrue_and_opens_none_twice(ana, alice):
    give(ana, alice, replace(WELL, on=DAY - timedelta(days=1)))
    give(ana, alice, replace(WELL, mass=Mg(50)))
    give(ana, alice, at=NOW + timedelta(minutes=1))
    assert [target for target, _ in deviating(ana)] == ["2026-11-24:COURSE-GAP-SHORT"]
    ended = TaskEnd.objects.get()
    assert (ended.ended_by, ended.outcome) == ("correction", "not_needed")
    give(ana, alice, replace(WELL, mass=Mg(50)), at=NOW + timedelta(minutes=2))
    assert len(deviating(ana)) == 2


def test_the_seventh_of_six_is_named(ana, alice):
    for days in (11, 9, 7, 4, 2, 0):
        give(ana, alice, replace(WELL, on=DAY - timedelta(days=days + 2)))
    assert deviating(ana) == []
    give(ana, alice)
    assert deviating(ana) == [
        (
            "2026-11-24:COURSE-COUNT",
            "Tue 24 Nov 2026: infusion 7 of a series of 6, 2 days after the last, sooner than the signed maintenance.",
        )
    ]


def test_an_infusion_entered_in_error_counts_as_never_recorded_and_stays(ana, alice):
    """Hazard H34: also the report that it corrected does not come back."""
    give(ana, alice, replace(WELL, on=DAY - timedelta(days=1)))
    give(ana, alice, replace(WELL, mass=Mg(63)))
    give(ana, alice, at=NOW + timedelta(minutes=1))
    assert [target for target, _ in deviating(ana)] == ["2026-11-24:COURSE-GAP-SHORT"]
    strike_infusion(
        patient=ana, on=DAY, why="It was given to Bea Ray.", by=alice, at=NOW + timedelta(minutes=2)
    )
    assert [each.on for each in infusions_of(ana.pk)] == [DAY - timedelta(days=1)]
    assert [each.on for each in account(ana, Batch([ana], clinic=ana.clinic, today=DAY)).given] == [
        DAY - timedelta(days=1)
    ]
    assert deviating(ana) == []
    assert InfusionReport.objects.count() == 3
    assert {row.why for row in InfusionStruck.objects.all()} == {"It was given to Bea Ray."}
    assert AuditEvent.objects.filter(action="struck infusion").count() == 2


def test_after_a_strike_the_day_can_be_reported_again(ana, alice):
    give(ana, alice, replace(WELL, mass=Mg(63)))
    strike_infusion(patient=ana, on=DAY, why="Wrong patient's chart.", by=alice, at=NOW)
    give(ana, alice, at=NOW + timedelta(minutes=1), seen="")
    assert [each.infusion.mass for each in infusions_of(ana.pk)] == [Mg(36)]


def test_what_another_recorded_is_struck_by_them_a_prescriber_or_a_director_alone(ana, alice, bob):
    give(ana, alice)
    with pytest.raises(CourseError, match=r"entered by Alice \(alice\)"):
        strike_infusion(patient=ana, on=DAY, why="It was given to Bea Ray.", by=bob, at=NOW)
    assert len(infusions_of(ana.pk)) == 1


@pytest.mark.parametrize(("on", "why", "said"), [
    (DAY, "x", "in a sentence why"),
    (DAY - timedelta(days=3), "Wrong patient's chart.", "No infusion is on record for Sat 21 Nov 2026"),
])  # fmt: skip
def test_what_can_not_be_struck_is_said(ana, alice, charlie, on, why, said):
    give(ana, alice)
    with pytest.raises(CourseError, match=said):
        strike_infusion(patient=ana, on=on, why=why, by=alice, at=NOW)
    with pytest.raises(WrongClinic):
        strike_infusion(patient=ana, on=DAY, why="Wrong patient's chart.", by=charlie, at=NOW)
    assert len(infusions_of(ana.pk)) == 1
