"""Prescribers on site, monitors, the escort and the soonest start, from the set-up of the week to what is offered."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import (
    AskedSeries,
    BookingRefused,
    accept_series,
    propose_series,
    set_week,
    standing_of,
    week_of,
)
from tenuto.clinic.booking.models import WeekSetup
from tenuto.clinic.booking.services.affected import affected
from tests.clinic.booking.conftest import SERIES, WEEK
from tests.clinic.booking.test_pages import booked, offered, typed, url
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db
DAYS = ("mon", "tue", "wed", "thu", "fri")
MORNINGS = {"Dr. Moss": {day: ["08:00", "11:00"] for day in DAYS}}


def test_the_director_names_prescribers_monitors_and_lengths(dora, visit):
    more = {"prescriber-0": "Dr. Moss", "monitors": 2, "visit-consultation": 45, "visit-laboratory": 15}
    more |= {f"shift-prescriber-0-{day}": "8-11" for day in DAYS}
    browser = visit(dora)
    assert browser.post(reverse("bookings:setup"), typed(**more)).status_code == 302
    content = WeekSetup.objects.get().content
    kept = {"prescribers": MORNINGS, "monitors": 2, "visits": {"consultation": 45}}
    assert content == {**WEEK, **kept}
    shown = browser.get(reverse("bookings:setup")).content.decode()
    assert 'value="Dr. Moss"' in shown
    assert 'value="45"' in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"monitors": 0}, "greater than or equal"),
        ({"visit-consultation": 2}, "greater than or equal"),
        ({"prescriber-0": "Moss", "prescriber-1": "Moss"}, "Give each prescriber one row"),
        ({"prescriber-0": "Moss", "shift-prescriber-0-mon": "16-8"}, "not after"),
    ],
)
def test_what_can_not_be_set_up_is_said(dora, visit, change, words):
    answer = visit(dora).post(reverse("bookings:setup"), typed(**change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not WeekSetup.objects.exists()


def test_a_series_is_offered_while_a_prescriber_is_on_site(clinic, alder, carol, dora, visit):
    set_week(content={**WEEK, "prescribers": MORNINGS}, by=carol, at=NOW)
    booked(visit(carol), alder)
    rows = standing_of(alder)
    assert all(row.on_its_clock(row.infused_at).time().hour <= 11 for row in rows)
    none = {"Dr. Moss": {"mon": ["08:00", "08:30"]}}
    set_week(content={**WEEK, "prescribers": none}, by=carol, at=NOW)
    assert affected(clinic, at=NOW) == rows
    page = visit(dora).get(reverse("bookings:setup")).content.decode()
    assert "t stand" in page
    assert page.count(url("repair", alder)) == len(rows)
    repair = visit(carol).get(url("repair", alder)).content.decode()
    assert "No prescriber is on site for 50 min" in repair


def test_the_escort_decides_when_a_visit_ends(week, alder, carol, visit):
    asked = {
        "count": 6, "earliest": "2026-11-25", "latest": "2027-01-15", "least": 2, "most": 7, "days": list("01234"),
        "fetched_after": "14:00", "fetched_before": "15:00",
    }  # fmt: skip
    page = visit(carol).get(url("page", alder), asked).content.decode()
    found = offered(page)
    assert found
    for places in found:
        for start, _, _ in json.loads(places):
            end = datetime.fromisoformat(start) + timedelta(minutes=170)
            assert (14, 0) <= (end.hour, end.minute) <= (15, 0)
    assert "a morning goes by without a meal" in page
    back = visit(carol).get(url("page", alder), {**asked, "fetched_after": "16:00"}).content.decode()
    assert "The escort can come until an hour after the first" in back


def test_what_is_offered_can_be_accepted_by_whoever_reads_it(week, alder, carol):
    """Nothing starts now or a moment later: the page is read first."""
    today = AskedSeries(1, 1, 1, date(2026, 11, 24), date(2026, 11, 24))
    offer = propose_series(patient=alder, asked=today, by=carol, at=NOW)
    (visit,) = offer.visits
    assert visit.start - NOW >= timedelta(minutes=15)
    read = NOW + timedelta(minutes=14)
    assert accept_series(patient=alder, asked=today, visits=offer.visits, by=carol, at=read)


def test_a_start_exactly_now_is_over_for_everybody(week, alder, carol):
    offer = propose_series(patient=alder, asked=SERIES, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match="is over"):
        accept_series(patient=alder, asked=SERIES, visits=offer.visits, by=carol, at=offer.visits[0].start)


def test_an_older_week_names_nobody_and_counts_nothing(week, clinic):
    found = week_of(clinic)
    assert (found.prescribers, found.monitors, found.minutes) == ({}, None, {})
