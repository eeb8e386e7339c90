"""Calendar feeds: an address for a patient and for staff, moves and cancellations as calendars know them, taken back at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from tenuto.clinic.booking.api import EndKind, end_appointment, standing_of
from tenuto.clinic.booking.models import CalendarFeed
from tenuto.clinic.booking.services.feeds import give_feed
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.booking.test_pages import REASON, offered, url
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db


def read(token):
    answer = Client().get(reverse("bookings:feed", args=[token]))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content), answer.content.decode()


def entries(token):
    return {str(e["UID"]): e for e in read(token)[0].walk("VEVENT")}


def test_a_patients_calendar_says_session_and_clinic_and_nothing_else(series, carol):
    given = give_feed(patient=series, by=carol, at=NOW)
    calendar, text = read(given.token)
    events = calendar.walk("VEVENT")
    assert len(events) == 6
    assert {str(e["SUMMARY"]) for e in events} == {f"Session, {series.clinic.name}"}
    first = standing_of(series)[0]
    assert min(e["DTSTART"].dt for e in events) == first.starts_at
    assert all(e["STATUS"] == "CONFIRMED" and e["SEQUENCE"] == 0 for e in events)
    for word in ("Alder", "ketamine", "depression", "infusion"):
        assert word.casefold() not in text.casefold()


def test_times_carry_their_zone(series, carol):
    type(series.clinic).objects.filter(pk=series.clinic_id).update(zone="America/New_York")
    given = give_feed(patient=series, by=carol, at=NOW)
    calendar, _ = read(given.token)
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]
    event = calendar.walk("VEVENT")[0]
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert event["DTSTART"].dt == standing_of(series)[0].starts_at


def test_a_move_keeps_the_entry_and_a_cancellation_takes_it_out(series, carol, visit):
    given = give_feed(patient=series, by=carol, at=NOW)
    before = entries(given.token)
    first, second = standing_of(series)[:2]
    browser = visit(carol)
    page = browser.get(url("visit", series, first.pk)).content.decode()
    free = [place for place in offered(page) if first.starts_at.isoformat()[:16] not in place]
    assert browser.post(url("move", series, first.pk), {"visits": free[-1], **REASON}).status_code == 302
    end_appointment(
        appointment=second.pk, kind=EndKind.CANCELLED, why="The patient is ill today.", by=carol, at=NOW
    )
    after = entries(given.token)
    assert set(after) == set(before)
    moved, gone = after[f"{first.pk}@tenuto"], after[f"{second.pk}@tenuto"]
    assert (moved["SEQUENCE"], moved["STATUS"]) == (1, "CONFIRMED")
    assert moved["DTSTART"].dt == standing_of(series)[0].starts_at != first.starts_at
    assert (gone["SEQUENCE"], gone["STATUS"]) == (1, "CANCELLED")
    assert all(e["SEQUENCE"] == 0 for uid, e in after.items() if uid not in (moved["UID"], gone["UID"]))


def test_a_repair_moves_entries_and_adds_none_for_those_moved(series, carol, dora, visit):
    given = give_feed(patient=series, by=carol, at=NOW)
    third = standing_of(series)[2]
    browser = visit(carol)
    end = browser.post(url("end", series, third.pk), {"kind": "cancelled", **REASON}, follow=True)
    (places,) = offered(end.content.decode())
    assert browser.post(url("repair", series), {"visits": places}).status_code == 302
    events = entries(given.token)
    open_ones = [e for e in events.values() if e["STATUS"] == "CONFIRMED"]
    assert sorted(e["DTSTART"].dt for e in open_ones) == [row.starts_at for row in standing_of(series)]


def test_taken_back_it_opens_no_more_and_a_new_one_ends_the_old(series, alice, carol, visit):
    one = give_feed(patient=series, by=carol, at=NOW)
    two = give_feed(patient=series, by=carol, at=NOW + timedelta(minutes=1))
    shut = reverse("bookings:feed", args=[one.token])
    assert Client().get(shut).status_code == 404
    read(two.token)
    browser = visit(alice)
    assert browser.post(url("feed", series)).status_code == 201
    assert Client().get(reverse("bookings:feed", args=[two.token])).status_code == 404
    assert browser.post(url("feed-end", series)).status_code == 302
    assert not CalendarFeed.objects.filter(end__isnull=True).exists()
    actions = AuditEvent.objects.filter(action__contains="calendar address", patient_id=series.pk)
    assert actions.filter(action__startswith="took").count() == 3


def test_an_address_that_is_still_asked_for_shuts_nobody_elses(series, carol):
    """A calendar service asks for all its people from one address, and for long what was taken back."""
    old = give_feed(patient=series, by=carol, at=NOW)
    new = give_feed(patient=series, by=carol, at=NOW + timedelta(minutes=1))
    for _ in range(30):
        assert Client().get(reverse("bookings:feed", args=[old.token])).status_code == 404
    read(new.token)


def test_the_secret_is_in_no_table(series, carol):
    given = give_feed(patient=series, by=carol, at=NOW)
    row = CalendarFeed.objects.get()
    assert given.token not in {str(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def test_staff_have_all_visits_or_those_with_one_nurse_until_they_leave(series, bob, visit):
    browser = visit(bob)
    page = browser.post(reverse("bookings:feed-given"), {"nurse": "Bea"})
    assert page.status_code == 201
    token = page.content.decode().split("/feed/")[1].split("/")[0]
    with_bea = [row for row in standing_of(series) if row.nurse == "Bea"]
    events = read(token)[0].walk("VEVENT")
    assert [e["DTSTART"].dt for e in events] == [row.starts_at for row in with_bea]
    assert "Alder" not in read(token)[1]
    refused = browser.post(reverse("bookings:feed-given"), {"nurse": "Nobody"})
    assert refused.status_code == 422
    bob.is_active = False
    bob.save(update_fields=["is_active"])
    assert Client().get(reverse("bookings:feed", args=[token])).status_code == 404


def test_nobody_ends_anothers_or_another_clinics(series, bob, carol, charlie, erin, visit):
    visit(bob).post(reverse("bookings:feed-given"), {"nurse": ""})
    feed = CalendarFeed.objects.get()
    assert visit(carol).post(reverse("bookings:feed-end", args=[feed.pk])).status_code == 404
    assert visit(charlie).post(url("feed", series)).status_code == 404
    assert visit(erin).get(reverse("bookings:feeds")).status_code == 403
    assert visit(bob).post(reverse("bookings:feed-end", args=[feed.pk])).status_code == 302
    assert visit(bob).get(reverse("bookings:feeds")).status_code == 200


def test_a_made_up_address_opens_nothing(series):
    assert Client().get(reverse("bookings:feed", args=["made-up"])).status_code == 404
