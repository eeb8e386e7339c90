"""A clinic with its week set up."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import AskedSeries, accept_series, propose_series, set_week
from tenuto.clinic.booking.services.preparing import preparation_link
from tenuto.clinic.intake.services import receive
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.outcomes.conftest import course
from tests.clinic.plan.conftest import accepted, add, signed

__all__ = [
    "SERIES",
    "WEEK",
    "WELL",
    "accepted",
    "add",
    "alder",
    "ben",
    "course",
    "first",
    "phone",
    "series",
    "week",
]
"""Fixtures of other rooms are named here once, for all tests of booking."""

WEEK = {
    "chairs": ["window", "door"],
    "hours": {day: ["08:00", "16:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
    "nurses": {
        "Bob": {day: ["08:00", "16:00"] for day in ("mon", "tue", "wed", "thu", "fri")},
        "Bea": {day: ["08:00", "16:00"] for day in ("mon", "wed", "fri")},
    },
    "closed": ["2026-12-25"],
    "profile": {"prepare": 10, "infuse": 40, "observe": 120, "turnover": 10},
    "ratios": {"infuse": 1, "observe": 2},
}
WELL = {"fasting": "yes", "has_escort": "yes", "escort": "Tom", "ill": "no", "medicines_changed": "no"}
SERIES = AskedSeries(6, 2, 5, date(2026, 11, 25), date(2026, 12, 18))


@pytest.fixture
def week(clinic, carol):
    return set_week(content=WEEK, by=carol, at=NOW)


@pytest.fixture
def alder(accepted, alice):
    """A patient whose plan is signed."""
    patient = accepted()
    signed(patient, alice)
    return patient


@pytest.fixture
def ben(alice):
    facts = facts_of("Ben Okoye", "MRN 2", born=date(1975, 1, 2))
    return receive(facts=facts, source=source_of("ben.json", "1" * 64), by=alice, at=NOW).patient


@pytest.fixture
def first(week, alder, carol):
    offer = propose_series(patient=alder, asked=SERIES, by=carol, at=NOW)
    return accept_series(patient=alder, asked=SERIES, visits=offer.visits, by=carol, at=NOW)[0]


@pytest.fixture
def series(first):
    """The patient whose six visits are booked."""
    return first.patient


@pytest.fixture
def phone(first, carol, visit):
    """The patient's phone behind the door of the link."""
    sent = preparation_link(appointment=first, by=carol, at=NOW)
    browser = visit()
    born = first.patient.birth_date
    answer = browser.post(reverse("links:door", args=[sent.token]), {"born": born.isoformat()})
    assert answer.url == reverse("bookings:preparation")
    return browser
