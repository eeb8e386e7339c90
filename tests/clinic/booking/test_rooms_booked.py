"""Visits that are no infusion: booked in a room or by phone, never twice, and kept apart from the series."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.booking.api import (
    BookingRefused,
    EndKind,
    end_appointment,
    move_appointment,
    set_week,
    standing_of,
)
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.services.affected import affected
from tenuto.clinic.booking.services.rooms import book_visit, visits_in_rooms
from tenuto.core.booking.visit_lengths import visit_minutes
from tests.clinic.booking.conftest import SERIES, WEEK
from tests.clinic.booking.test_pages import booked, url
from tests.clinic.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
KIND = Appointment.Kind
NINE = NOW.replace(hour=9, minute=0) + timedelta(days=1)


@pytest.fixture
def rooms(clinic, carol):
    return set_week(content={**WEEK, "rooms": ["office", "lab"]}, by=carol, at=NOW)


def book(patient, by, **changes):
    asked = {"kind": KIND.CONSULTATION, "start": NINE, "room": "office", "with_name": "Dr. Moss"} | changes
    return book_visit(patient=patient, **asked, by=by, at=NOW)


def test_every_kind_has_a_length():
    assert set(visit_minutes()) == {kind.value for kind in KIND if kind not in Appointment.IN_A_CHAIR}


@pytest.mark.parametrize("kind", [kind for kind in KIND if kind not in Appointment.IN_A_CHAIR])
def test_each_kind_takes_its_room_its_person_and_the_patient_for_its_minutes(rooms, ana, carol, kind):
    row = book(ana, carol, kind=kind)
    assert row.ends_at - row.starts_at == timedelta(minutes=visit_minutes()[kind.value])
    assert {q.kind for q in row.taken.all()} == {"chair", "nurse", "patient"}
    assert visits_in_rooms(ana, since=NOW) == (row,)
    assert standing_of(ana) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": KIND.INFUSION}, "booked with its series"),
        ({"kind": KIND.RESCUE}, "booked with its series"),
        ({"room": "cellar"}, "no room cellar"),
        ({"start": NOW - timedelta(days=1)}, "is over"),
        ({"start": NINE.replace(hour=15, minute=30)}, "not open all that time"),
        ({"start": NINE + timedelta(days=3)}, "not open all that time"),
    ],
)
def test_what_can_not_be_is_refused_in_a_sentence(rooms, ana, carol, change, words):
    with pytest.raises(BookingRefused, match=words):
        book(ana, carol, **change)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("change", [{"with_name": ""}, {"room": "lab"}])
def test_neither_room_nor_person_is_booked_twice(rooms, ana, ben, carol, change):
    book(ana, carol)
    with pytest.raises(BookingRefused, match="is taken then"):
        book(ben, carol, **change)
    assert book(ben, carol, room="lab", with_name="Somebody else").starts_at == NINE


def test_a_patient_is_not_in_two_places(rooms, alder, carol, visit):
    booked(visit(carol), alder)
    with pytest.raises(BookingRefused, match="is taken then"):
        book(alder, carol, start=standing_of(alder)[0].starts_at, with_name="")


def test_a_nurse_beside_an_infusion_is_not_booked_away(rooms, alder, ana, carol, visit):
    booked(visit(carol), alder)
    first = standing_of(alder)[0]
    before = affected(alder.clinic, at=NOW)
    said = []
    for nurse in WEEK["nurses"]:
        try:
            book(ana, carol, start=first.infused_at, with_name=nurse, kind=KIND.LABORATORY)
        except BookingRefused as refused:
            said.append(str(refused))
    assert all("needed beside an infusion" in each or "is taken then" in each for each in said)
    assert affected(alder.clinic, at=NOW) == before


def test_who_was_booked_elsewhere_is_proposed_around(rooms, alder, carol, visit):
    day = SERIES.earliest
    kept = book(alder, carol, start=NINE.replace(day=day.day), kind=KIND.EVALUATION, with_name="Bob")
    booked(visit(carol), alder)
    rows = standing_of(alder)
    assert len(rows) == 6
    assert not any(row.starts_at < kept.ends_at and kept.starts_at < row.ends_at for row in rows)


def test_it_is_no_infusion_missed_and_moved_by_nobody(rooms, ana, carol):
    row = book(ana, carol)
    with pytest.raises(BookingRefused, match="Only an infusion is moved"):
        move_appointment(
            appointment=row.pk, start=NINE, chair="door", nurse="Bob", asked=SERIES, why="A wish of hers.",
            by=carol, at=NOW,
        )  # fmt: skip
    end_appointment(
        appointment=row.pk, kind=EndKind.MISSED, why="Nobody came to it.", by=carol, at=row.starts_at
    )
    assert visits_in_rooms(ana, since=NOW) == ()


def test_the_page_books_it_shows_it_and_says_what_is_wrong(rooms, alder, carol, erin, charlie, visit):
    browser = visit(carol)
    form = {
        "kind": "psychotherapy",
        "on": str(NINE.date()),
        "time": "09:00",
        "room": "office",
        "with_name": "",
    }
    assert browser.post(url("other", alder), form).status_code == 302
    page = browser.get(url("page", alder)).content.decode()
    assert "Psychotherapy" in page
    refused = browser.post(url("other", alder), form)
    assert refused.status_code == 422
    assert "is taken then" in refused.content.decode()
    assert browser.post(url("other", alder), form | {"time": "x"}).status_code == 422
    (row,) = visits_in_rooms(alder, since=NOW)
    shown = browser.get(url("visit", alder, row.pk)).content.decode()
    assert "Cancel the visit" in shown
    assert "Move it" in shown
    assert "Comes late" not in shown
    assert visit(charlie).post(url("other", alder), form).status_code == 404
    assert visit(erin).post(url("other", alder), form).status_code == 403
