"""Visits as they were held: by whom, when, and never before they took place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.course.api import VisitKind, record_visit, visits_among, visits_of
from tests.clinic.conftest import NOW


def hold(patient, by, **changes):
    values = {
        "kind": "consultation",
        "held_on": NOW.date(),
        "in_person": True,
        "topics": ["escort"],
        "note": " Well. ",
    }
    return record_visit(patient=patient, **{**values, **changes}, by=by, at=NOW)


def test_a_visit_is_held_by_who_records_it(ana, alice, bob):
    hold(ana, alice)
    hold(ana, bob, kind="preparatory", in_person=False)
    by_prescriber, by_nurse = sorted(visits_of(ana.pk), key=lambda visit: visit.with_name)
    assert (by_prescriber.kind, by_prescriber.with_name, by_prescriber.by_prescriber) == (
        VisitKind.CONSULTATION, "Alice", True,
    )  # fmt: skip
    assert (by_prescriber.topics, by_prescriber.note) == (("escort",), "Well.")
    assert (by_nurse.kind.label, by_nurse.in_person, by_nurse.by_prescriber) == (
        "Preparatory visit",
        False,
        False,
    )
    assert visits_among([ana.pk]) == visits_of(ana.pk)


def test_a_visit_that_has_not_taken_place_is_not_recorded(ana, alice):
    with pytest.raises(ValueError, match="Record it after it took place"):
        hold(ana, alice, held_on=NOW.date() + timedelta(days=1))
    assert visits_of(ana.pk) == []


def test_another_clinics_patient_is_out_of_reach(ana, charlie):
    with pytest.raises(WrongClinic):
        hold(ana, charlie)
