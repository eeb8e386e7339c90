"""A patient in maintenance: a plan in force, an induction long past, scores since."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tenuto.clinic.forecast.courses import courses
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan import api as plans
from tenuto.clinic.scales.api import record_form
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.units import Mg, Minutes
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import accepted, add, drafted, later, signature_of, signed  # noqa: F401

TODAY = NOW.date()
FIRST = date(2026, 8, 3)
"""A Monday, sixteen weeks before."""
GIVEN = (0, 2, 4, 7, 9, 11, 39, 67, 95)
"""Days of the infusions from FIRST."""
SCORES = (
    (-3, 21),
    (4, 15),
    (11, 9),
    (18, 7),
    (25, 6),
    (38, 6),
    (46, 5),
    (60, 7),
    (66, 6),
    (81, 5),
    (94, 6),
    (109, 7),
)
BORNE = Tolerability(1, 0, blood_pressure_alert=False, deepest_sedation=4)


def at(day, hour=9):
    return datetime.combine(FIRST + timedelta(days=day), time(hour), UTC)


def answers(total):
    each, more = divmod(total, 8)
    return {str(n): each + (n <= more) for n in range(1, 9)} | {"9": 0}


def score(patient, day, total, by, *, item_9=0):
    record_form(
        patient=patient, instrument_id="phq9", answers={**answers(total), "9": item_9}, taken=at(day).date(),
        answered_by="patient", by=by, at=min(at(day), NOW),
    )  # fmt: skip


def give(patient, day, by, mass=36):
    given = GivenInfusion(at(day).date(), mass=Mg(mass), minutes=Minutes(40), tolerability=BORNE)
    plans.record_given(patient=patient, given=given, by=by, at=at(day, 15))


@pytest.fixture
def planned(accepted, alice):  # noqa: F811 - fixture
    """A patient without any score of the scale, and a plan in force."""

    def without_score(facts):
        from dataclasses import replace

        return replace(facts, scores=tuple(s for s in facts.scores if s.instrument != "phq9"))

    patient = accepted("Demo Alder", without_score)
    signed(patient, alice)
    return patient


@pytest.fixture
def maintained(planned, bob):
    """The same sixteen weeks on, responding."""
    for day, total in SCORES:
        score(planned, day, total, bob)
    for day in GIVEN:
        give(planned, day, bob)
    return planned


def known_of(patient, today=TODAY):
    return courses(Batch([patient], clinic=patient.clinic, today=today))[patient.pk]
