"""Visits that are no infusion are reminded of in words that fit them, moved, and asked to be moved by link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import BookingRefused, set_week
from tenuto.clinic.booking.models import Appointment, ChangeRequest, VisitReminder
from tenuto.clinic.booking.services.preparing import answer_check_in, preparation_link
from tenuto.clinic.booking.services.reminding import remind, written
from tenuto.clinic.booking.services.rooms import book_visit, move_visit, room_problem, visits_in_rooms
from tenuto.clinic.ledger.models import AuditEvent, OutboxMessage
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.core.booking.visit_lengths import other_visits, visit_minutes
from tests.clinic.booking.conftest import WEEK
from tests.clinic.booking.test_pages import url
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db
KIND = Appointment.Kind
OTHER = [kind for kind in KIND if kind not in Appointment.IN_A_CHAIR]
NINE = NOW.replace(hour=9, minute=0) + timedelta(days=1)
TEN = NINE + timedelta(hours=1)


@pytest.fixture
def rooms(clinic, carol):
    return set_week(content={**WEEK, "rooms": ["office", "lab"]}, by=carol, at=NOW)


def book(patient, by, **changes):
    asked = {"kind": KIND.CONSULTATION, "start": NINE, "room": "office", "with_name": "Dr. Moss"} | changes
    return book_visit(patient=patient, **asked, by=by, at=NOW)


def moved(row, by, **changes):
    asked = {
        "start": TEN,
        "room": "lab",
        "with_name": "Dr. Moss",
        "why": "The patient asked for it.",
    } | changes
    return move_visit(appointment=row.pk, **asked, by=by, at=NOW)


def test_it_is_moved_in_one_act_and_stays_the_same_entry_of_a_calendar(rooms, ana, carol):
    old = book(ana, carol)
    row = moved(old, carol)
    assert visits_in_rooms(ana, since=NOW) == (row,)
    assert (row.calendar_id, row.moves, row.chair, row.starts_at) == (old.pk, 1, "lab", TEN)
    assert row.ends_at - row.starts_at == old.ends_at - old.starts_at
    assert not old.taken.exists()
    assert AuditEvent.objects.filter(action="moved a visit").count() == 1


def test_it_may_overlap_with_where_it_stood(rooms, ana, carol):
    row = book(ana, carol)
    assert moved(row, carol, start=NINE + timedelta(minutes=15), room="office").moves == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": NOW}, "is over"),
        ({"room": "cellar"}, "no room cellar"),
        ({"start": NINE.replace(hour=22)}, "not open all that time"),
        ({"why": ""}, "reason is missing"),
        ({"with_name": "Dr. Roe"}, "is taken then"),
    ],
)
def test_what_can_not_be_leaves_it_where_it_is(rooms, ana, ben, carol, change, words):
    row = book(ana, carol)
    book(ben, carol, start=TEN, room="office", with_name="Dr. Roe")
    with pytest.raises(BookingRefused, match=words):
        moved(row, carol, **change)
    assert visits_in_rooms(ana, since=NOW) == (row,)
    assert row.taken.exists()


def test_the_check_while_it_is_carried_says_what_the_move_would(rooms, ana, ben, carol):
    row = book(ana, carol)
    book(ben, carol, start=TEN, room="lab", with_name="Dr. Roe")
    ask = {"appointment": row, "with_name": "Dr. Moss", "at": NOW}
    assert room_problem(start=NINE, room="office", **ask) == ""
    assert room_problem(start=TEN, room="office", **ask) == ""
    assert "is taken then" in room_problem(start=TEN, room="lab", **ask)
    assert "is over" in room_problem(start=NOW, room="lab", **ask)


def test_the_page_moves_it_from_the_form_and_from_the_week(rooms, alder, carol, erin, charlie, visit):
    row, browser = book(alder, carol), visit(carol)
    week = browser.get(reverse("bookings:week") + f"?on={NINE.date()}").content.decode()
    assert 'data-row="office"' in week
    assert f'data-visit="{row.pk}"' in week
    place = {"start": TEN.isoformat(), "chair": "lab", "nurse": "Dr. Moss"}
    assert browser.get(url("check", alder, row.pk), place).content == b""
    shown = browser.get(url("visit", alder, row.pk), place).content.decode()
    assert "Nothing stands against this place" in shown
    local = row.on_its_clock(TEN)
    form = {"on": str(local.date()), "time": f"{local:%H:%M}", "room": "lab", "with_name": "Dr. Moss"}
    assert browser.post(url("move-other", alder, row.pk), form).status_code == 422
    assert visit(erin).post(url("move-other", alder, row.pk), form).status_code == 403
    assert visit(charlie).post(url("move-other", alder, row.pk), form).status_code == 404
    form["words"] = "The patient asked for it."
    assert browser.post(url("move-other", alder, row.pk), form).status_code == 302
    (there,) = visits_in_rooms(alder, since=NOW)
    assert (there.starts_at, there.chair) == (TEN, "lab")


@pytest.mark.parametrize("kind", OTHER)
def test_it_is_reminded_of_without_a_word_of_what_for(rooms, ana, carol, kind):
    """Nobody needs a plan, and nobody who is on hold is left out: it is no infusion."""
    book(ana, carol, kind=kind, start=TEN + timedelta(hours=1))
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="+1 555 0100", by=carol, at=NOW)
    at = TEN
    assert remind(ana.clinic, at=at) == 1
    assert remind(ana.clinic, at=at) == 0
    assert VisitReminder.objects.count() == 1
    words = written(OutboxMessage.objects.get().payload)["words"]
    assert "about your appointment" in words
    assert KIND(kind).label.lower() not in words.lower()


@pytest.fixture
def phone(rooms, ana, carol, visit):
    row = book(ana, carol, kind=KIND.NEXT_DAY, room="")
    sent = preparation_link(appointment=row, by=carol, at=NOW)
    browser = visit()
    browser.post(reverse("links:door", args=[sent.token]), {"born": ana.birth_date.isoformat()})
    return browser, row


def test_behind_its_link_nobody_fasts_and_another_time_is_asked_for(phone):
    browser, row = phone
    shown = browser.get(reverse("bookings:preparation")).content.decode()
    assert "A call from your clinic, by phone" in shown
    assert "Keep your phone near" in shown
    for word in ("meal", "Escort", "Some questions"):
        assert word not in shown
    assert browser.post(reverse("bookings:change"), {"words": "Rather at noon."}).status_code == 302
    assert ChangeRequest.objects.get().appointment == row


def test_no_questions_of_an_infusion_are_answered_for_it(phone):
    _, row = phone
    with pytest.raises(BookingRefused):
        answer_check_in(
            appointment=row, fasting=True, escort="", ill=False, medicines_changed=False, mood="", words="",
            by=None, at=NOW,
        )  # fmt: skip


def test_every_kind_has_its_words():
    assert set(other_visits()) == {kind.value for kind in OTHER} == set(visit_minutes())


def test_the_clinic_says_how_long_a_visit_takes(clinic, ana, carol):
    set_week(content={**WEEK, "rooms": ["office"], "visits": {"consultation": 45}}, by=carol, at=NOW)
    row = book(ana, carol)
    assert row.ends_at - row.starts_at == timedelta(minutes=45)
    call = book(ana, carol, kind=KIND.NEXT_DAY, room="", start=TEN, with_name="")
    assert call.ends_at - call.starts_at == timedelta(minutes=visit_minutes()["next_day"])
