"""The huddle sheet: everybody who comes on a day, with dose, reaction, veins, risk and escort; and how full the weeks are."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import accept_series, propose_series
from tenuto.clinic.booking.huddle import chair_demand, huddle
from tenuto.clinic.people.sight import RESTRICTED_NAME
from tests.clinic.booking.conftest import SERIES
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db


def test_the_sheet_says_dose_reaction_veins_risk_and_escort(first, clinic, bob, visit):
    url = reverse("booking:veins", args=[first.patient.pk])
    assert visit(bob).post(url, {"veins": "Left forearm, second try."}).status_code == 302
    (row,) = huddle(clinic, first.starts_on, hidden=frozenset())
    assert row.name == "Demo Alder"
    assert row.dose == "36 mg"
    assert row.number == "1 of 6"
    assert row.reaction == "First infusion"
    assert row.veins == "Left forearm, second try."
    assert row.risk
    assert row.escort
    page = visit(bob).get(reverse("bookings:huddle"), {"on": str(first.starts_on)}).content.decode()
    for words in (row.name, row.dose, row.veins, row.risk):
        assert words in page


def test_it_is_printed_and_the_same_twice(first, bob, visit):
    where = reverse("bookings:huddle-pdf")
    one = visit(bob).get(where, {"on": str(first.starts_on)})
    assert one["Content-Type"] == "application/pdf"
    assert one.content.startswith(b"%PDF")
    assert one.content == visit(bob).get(where, {"on": str(first.starts_on)}).content


def test_a_restricted_record_has_a_chair_and_no_name(first, clinic, bob, dora, visit):
    hidden = frozenset({first.patient.pk})
    (row,) = huddle(clinic, first.starts_on, hidden=hidden)
    assert (row.name, row.record_number, row.chair) == (RESTRICTED_NAME, "", first.chair)


def test_another_clinic_sees_nobody_and_an_auditor_nothing(first, charlie, erin, visit):
    where = reverse("bookings:huddle")
    assert "Demo Alder" not in visit(charlie).get(where, {"on": str(first.starts_on)}).content.decode()
    assert visit(erin).get(where).status_code == 403
    assert visit().get(where).status_code == 302


@pytest.mark.parametrize("on", ["", "x", "0001-01-01", "9999-12-31"])
def test_any_day_is_a_page(week, bob, visit, on):
    assert visit(bob).get(reverse("bookings:huddle"), {"on": on}).status_code == 200


def test_the_demand_counts_what_stands_and_what_is_to_be_booked(week, alder, clinic, carol):
    before = chair_demand(clinic)
    assert sum(each.to_book for each in before) == 6
    assert sum(each.booked for each in before) == 0
    offer = propose_series(patient=alder, asked=SERIES, by=carol, at=NOW)
    accept_series(patient=alder, asked=SERIES, visits=offer.visits, by=carol, at=NOW)
    after = chair_demand(clinic)
    assert sum(each.booked for each in after) == 6
    assert sum(each.to_book for each in after) == 0
    assert after[0].monday == date(2026, 11, 23)
    # Two chairs, eight hours, 180 minutes a visit, and of the first week four days are left.
    assert after[0].places == 2 * 2 * 4
