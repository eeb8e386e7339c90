"""A patient some infusions into a course, with scores."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clinic.plan.conftest import OPTIONS, accepted, add, signed  # noqa: F401 - fixtures
from tests.clinic.plan.test_visits import DAY, given, scored


@pytest.fixture
def course(accepted, alice, bob):  # noqa: F811 - fixture
    """A patient by days before today on which infusions were given, and PHQ-9 by days before today."""

    def run(infusions, points, name="Demo Alder"):
        patient = accepted(name)
        signed(patient, alice, OPTIONS)
        for days in infusions:
            given(patient, bob, on=DAY - timedelta(days=days))
        for days, total in points:
            scored(patient, bob, total, on=DAY - timedelta(days=days))
        return patient

    return run
