"""The people and the clinics of `tests/clinic`, attacked."""

from tests.clinic.booking.conftest import alder, first, phone, series, week
from tests.clinic.conftest import *  # noqa: F403
from tests.clinic.conftest import (  # noqa: F401  - the fixtures that a star leaves out
    _anchor_of_this_test,
    _every_row_has_its_event,
    _one_moment,
    _quick_and_forgetful,
)
from tests.clinic.infusion.conftest import accepted, add, bea, patient, ready, running, session
from tests.clinic.intake.conftest import second_factor
from tests.clinic.processes import house

__all__ = [
    "accepted",
    "add",
    "alder",
    "bea",
    "first",
    "house",
    "patient",
    "phone",
    "ready",
    "running",
    "second_factor",
    "series",
    "session",
    "week",
]
"""Fixtures of other rooms are named here once, for all attacks."""
