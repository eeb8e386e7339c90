"""Booked visits attacked: places outside every calendar, a delay of a visit that ended meanwhile, a link that floods the clinic."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import BookingRefused, EndKind, end_appointment
from tenuto.clinic.booking.models import ChangeRequest, CheckIn, LateArrival
from tenuto.clinic.booking.services.late import record_late
from tenuto.clinic.booking.services.preparing import MOST_WISHES, answer_check_in, ask_for_change
from tenuto.clinic.ports.api import open_tasks_of
from tests.clinic.booking.conftest import WELL
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db

STARTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00+00:00",
    "1900-12-31T23:59:59+00:00",
    "2200-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59+00:00",
]
FLOOD = 12


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("deed", ["move", "book", "repair"])
def test_a_place_at_the_end_of_the_calendar_is_refused(first, carol, visit, deed, start):
    parts = [first.patient.pk, *([first.pk] if deed == "move" else [])]
    url, browser = reverse(f"booking:{deed}", args=parts), visit(carol)
    places = json.dumps([[start, first.chair, first.nurse]])
    assert browser.post(url, {"visits": places, "reason": "The patient is ill."}).status_code in (409, 422)
    browser.get(reverse("booking:page", args=[first.patient.pk]))
    seen = str(10**15 - 1)
    for sent in ({}, {"seen_event": seen}):
        answer = browser.post(url, {"visits": places, "reason": "The patient is ill.", **sent})
        assert answer.status_code in (409, 422)
    assert not hasattr(first, "end")


@pytest.mark.parametrize("kind", [EndKind.CANCELLED, EndKind.MISSED])
def test_a_delay_of_a_visit_that_ended_meanwhile_is_refused_in_words(first, carol, kind):
    then = first.starts_at + timedelta(minutes=5)
    end_appointment(appointment=first.pk, kind=kind, why="The patient is ill.", by=carol, at=then)
    with pytest.raises(BookingRefused, match="meanwhile"):
        record_late(appointment=first.pk, minutes=10, by=carol, at=then)
    assert not LateArrival.objects.exists()


def test_the_page_of_a_delay_says_that_the_visit_ended(first, carol, visit, monkeypatch):
    """It ends between the page's look and the entry, as when two people act at once."""
    from tenuto.clinic.booking.views import visit as views

    found = views._found

    def found_and_ended(*args):
        row = found(*args)
        end_appointment(
            appointment=row.pk, kind=EndKind.CANCELLED, why="The patient is ill.", by=carol, at=NOW
        )
        return row

    monkeypatch.setattr(views, "_found", found_and_ended)
    url = reverse("booking:late", args=[first.patient.pk, first.pk])
    answer = visit(carol).post(url, {"minutes": "10"}, follow=True)
    assert "was cancelled, moved or missed meanwhile" in answer.content.decode()
    assert not LateArrival.objects.exists()


def test_answers_before_a_visit_are_taken_once(phone, first):
    url = reverse("bookings:check-in")
    assert phone.post(url, {**WELL, "ill": "yes"}).status_code == 302
    opened = len(open_tasks_of(first.patient))
    for _ in range(FLOOD):
        assert phone.post(url, WELL).status_code == 302
    (kept,) = CheckIn.objects.all()
    assert kept.ill, "what alarmed is not replaced by a later answer"
    assert len(open_tasks_of(first.patient)) == opened


@pytest.mark.parametrize("hours", [-1, 0, 37, 24 * 30])
def test_answers_are_taken_the_day_before_and_at_no_other_time(first, carol, hours):
    answers = {"fasting": True, "escort": "Tom", "ill": False, "medicines_changed": False, "mood": ""}
    at = first.starts_at - timedelta(hours=hours)
    with pytest.raises(BookingRefused, match="questions open"):
        answer_check_in(appointment=first, **answers, words="", by=carol, at=at)
    assert not CheckIn.objects.exists()


def test_wishes_for_another_time_are_a_few_tasks_and_no_flood(phone, first):
    url = reverse("bookings:change")
    told = [phone.post(url, {"words": f"Rather on another day, {n}."}).status_code for n in range(FLOOD)]
    assert told == [302] * MOST_WISHES + [422] * (FLOOD - MOST_WISHES)
    assert ChangeRequest.objects.count() == MOST_WISHES
    wishes = [task for task in open_tasks_of(first.patient) if task.kind == "booking.change"]
    assert len(wishes) == MOST_WISHES
    with pytest.raises(BookingRefused, match="begun"):
        ask_for_change(appointment=first, words="Later.", by=first_actor(first), at=first.starts_at)


def first_actor(row):
    """Somebody of the clinic."""
    return row.patient.clinic.staff.first()
