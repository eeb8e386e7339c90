"""A cancelled visit: its time is not offered to the patient again, its chair is offered to others; a plan revised half-way."""

from __future__ import annotations

import json
from html import unescape

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import EndKind, end_appointment, standing_of
from tenuto.clinic.booking.models import AppointmentEnd, TakenQuarter
from tenuto.clinic.booking.needs import need_of
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch
from tests.clinic.booking.test_pages import REASON, booked, offered, url
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import later, signed

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
SHORTER = "protocol=depression-4x2wk&vial=50&volume=100&start=2026-11-24&days=mon&days=thu"


def starts(places):
    return {start for start, _, _ in json.loads(places)}


def test_the_repair_after_a_cancellation_offers_another_time_and_the_chair_to_others(
    week,
    alder,
    carol,
    visit,
):
    browser = visit(carol)
    booked(browser, alder)
    third = standing_of(alder)[2]
    answer = browser.post(url("end", alder, third.pk), {"kind": "cancelled", **REASON}, follow=True)
    page = answer.content.decode()
    (places,) = offered(page)
    assert len(starts(places)) == 6
    assert third.starts_at.isoformat() not in starts(places)
    assert reverse("bookings:freed-one", args=[third.pk]) in page
    assert browser.post(url("repair", alder), {"visits": places}).status_code == 302
    assert not any(
        row.starts_at < third.ends_at and third.starts_at < row.ends_at for row in standing_of(alder)
    )
    assert reverse("bookings:freed-one", args=[third.pk]) in browser.get(url("page", alder)).content.decode()


def test_all_cancelled_no_way_to_book_has_a_time_that_was_given_up(week, alder, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    rows = standing_of(alder)
    for row in rows:
        end_appointment(
            appointment=row.pk, kind=EndKind.CANCELLED, why="The patient asked for it.", by=carol, at=NOW
        )
    gone = {row.starts_at.isoformat() for row in rows}
    for places in offered(browser.get(url("page", alder)).content.decode()):
        assert not gone & starts(places)


def test_a_plan_revised_half_way_says_what_no_longer_fits_and_repairs_it(week, alder, alice, carol, visit):
    browser = visit(carol)
    booked(browser, alder)
    signed(alder, alice, SHORTER, at=later(30))
    need = need_of(alder, Batch.of(alder))
    assert (need.left, len(need.ahead)) == (4, 6)
    page = browser.get(url("page", alder)).content.decode()
    assert "6 visits are booked, and the plan has 4 left: cancel 2." in page
    kept = standing_of(alder)[:4]
    assert browser.post(url("surplus", alder)).status_code == 302
    assert standing_of(alder) == kept
    (said,) = need_of(alder, Batch.of(alder)).misfits
    assert said == "3 infusions stand from Wed 25 Nov to Mon 30 Nov; the plan has at most 2 on 7 days."
    (places,) = offered(browser.get(url("repair", alder)).content.decode())
    assert browser.post(url("repair", alder), {"visits": places}).status_code == 302
    assert need_of(alder, Batch.of(alder)).misfits == ()
    assert len(standing_of(alder)) == 4


def test_visits_too_many_are_cancelled_in_one_act_by_who_may_book_and_nothing_else_is(
    week, alder, alice, bob, carol, charlie, erin, visit
):
    booked(visit(carol), alder)
    answer = visit(bob).post(url("surplus", alder))
    assert answer.status_code == 422
    assert "No visit is too many by the plan in force. Nothing was cancelled." in unescape(
        answer.content.decode()
    )
    signed(alder, alice, SHORTER, at=later(30))
    rows = standing_of(alder)
    assert visit(erin).post(url("surplus", alder)).status_code == 403
    assert visit(charlie).post(url("surplus", alder)).status_code == 404
    assert standing_of(alder) == rows
    page = visit(bob).get(url("page", alder)).content.decode()
    assert "Cancel these visits" in page
    assert all(row.at_clinic in page for row in rows[4:])
    assert visit(bob).post(url("surplus", alder)).status_code == 302
    ends = AppointmentEnd.objects.filter(appointment__in=rows)
    assert {end.appointment_id for end in ends} == {row.pk for row in rows[4:]}
    assert {end.why for end in ends} == {"The plan has 4 infusions left, and 6 visits were booked."}
    assert not TakenQuarter.objects.filter(appointment__in=rows[4:]).exists()
    assert AuditEvent.objects.filter(action="cancelled an appointment").count() == 2
