"""A chair that came free: offered first to whose window holds the day, never to one on hold, and only while one can fast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from tenuto.clinic.booking.api import (
    BookingRefused,
    EndKind,
    accept_series,
    end_appointment,
    propose_series,
    standing_of,
)
from tenuto.clinic.booking.models import ChairOfferEnd
from tenuto.clinic.booking.services.filling import (
    answer_offer,
    candidates,
    freed_places,
    offer_place,
    offer_written,
)
from tenuto.clinic.ledger.models import OutboxMessage
from tenuto.clinic.ledger.outbox import NotSent
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.ports.api import place_hold, set_window
from tests.clinic.booking.conftest import SERIES
from tests.clinic.conftest import NOW
from tests.clinic.outcomes.test_ending import HELD, MAINTAINED

pytestmark = pytest.mark.django_db


@pytest.fixture
def freed(week, ana, carol, clinic):
    """A visit of somebody else that was cancelled in time."""
    asked = replace(SERIES, count=1, earliest=SERIES.earliest + timedelta(days=1))
    offer = propose_series(patient=ana, asked=asked, by=carol, at=NOW)
    (row,) = accept_series(patient=ana, asked=asked, visits=offer.visits, by=carol, at=NOW)
    end_appointment(appointment=row.pk, kind=EndKind.CANCELLED, why="The patient is ill.", by=carol, at=NOW)
    (place,) = freed_places(clinic, at=NOW)
    return place


def test_who_waits_for_the_induction_is_offered_it_and_takes_it_by_link(freed, alder, carol, clinic, visit):
    (one,) = candidates(freed, clinic, by=carol, at=NOW)
    assert (one.patient, one.why, one.problem) == (alder, "Waits for the induction", "")
    prefer_contact(patient=alder, channel=Channel.SMS, allowed=True, address="555 010 0177", by=carol, at=NOW)
    offer, token = offer_place(freed=freed.freed.pk, patient=alder, by=carol, at=NOW)
    assert offer.expires_at == NOW + timedelta(hours=2)
    (message,) = OutboxMessage.objects.filter(kind="booking.offer")
    assert "infusion" not in offer_written(message.payload)["words"]
    phone = visit()
    phone.post(reverse("links:door", args=[token]), {"born": alder.birth_date.isoformat()})
    assert "Take this place" in phone.get(reverse("bookings:offer")).content.decode()
    assert "It is yours" in phone.post(reverse("bookings:offer-answer"), {"answer": "yes"}).content.decode()
    (row,) = standing_of(alder)
    assert (row.chair, row.starts_at) == (freed.place.chair, freed.freed.starts_at)
    assert freed_places(clinic, at=NOW) == ()
    assert "This offer has ended" in phone.get(reverse("bookings:offer")).content.decode()
    with pytest.raises(NotSent):
        offer_written(message.payload)


@pytest.mark.parametrize(
    ("opens", "closes", "first"), [(-2, 3, True), (0, 0, True), (-3, -1, False), (1, 4, False)]
)
def test_whose_window_holds_the_day_is_offered_it_first(
    freed, alder, course, alice, carol, clinic, opens, closes, first
):
    patient = course(MAINTAINED, HELD, name="Demo Birch")
    day = freed.freed.starts_on
    set_window(
        patient=patient, opens=day + timedelta(days=opens), closes=day + timedelta(days=closes),
        why="Every four weeks.", by=alice, at=NOW,
    )  # fmt: skip
    found = [(each.patient, each.why) for each in candidates(freed, clinic, by=carol, at=NOW)]
    assert (found[0] == (patient, "Window holds the day")) is first
    assert (alder, "Waits for the induction") in found
    assert ((patient, "Window holds the day") in found) is first


def test_who_comes_later_is_offered_it_and_gives_up_the_later_visit(freed, course, alice, carol, clinic):
    patient = course(MAINTAINED, HELD, name="Demo Birch")
    day = freed.freed.starts_on
    set_window(
        patient=patient, opens=day, closes=day + timedelta(days=7), why="Every four weeks.", by=alice, at=NOW
    )
    asked = replace(SERIES, count=1, earliest=day + timedelta(days=2), latest=day + timedelta(days=7))
    offer = propose_series(patient=patient, asked=asked, by=carol, at=NOW)
    (later,) = accept_series(patient=patient, asked=asked, visits=offer.visits, by=carol, at=NOW)
    (one,) = (each for each in candidates(freed, clinic, by=carol, at=NOW) if each.patient == patient)
    assert (one.comes, one.problem) == (later, "")
    given, _ = offer_place(freed=freed.freed.pk, patient=patient, by=carol, at=NOW)
    taken = answer_offer(offer=given.pk, accepts=True, by=carol, at=NOW)
    assert (taken.starts_at, taken.moved_from) == (freed.freed.starts_at, later)
    assert standing_of(patient) == (taken,)


@pytest.mark.parametrize(("days", "offered"), [(-1, False), (0, False), (1, True)])
def test_who_comes_no_later_has_no_use_for_it(freed, course, alice, carol, clinic, days, offered):
    patient = course(MAINTAINED, HELD, name="Demo Birch")
    day = freed.freed.starts_on
    set_window(
        patient=patient, opens=day - timedelta(days=2), closes=day + timedelta(days=7), why="Every four weeks.",
        by=alice, at=NOW,
    )  # fmt: skip
    on = day + timedelta(days=days)
    asked = replace(SERIES, count=1, earliest=on, latest=on)
    offer = propose_series(patient=patient, asked=asked, by=carol, at=NOW)
    accept_series(patient=patient, asked=asked, visits=offer.visits, by=carol, at=NOW)
    assert (patient in {each.patient for each in candidates(freed, clinic, by=carol, at=NOW)}) is offered


def test_who_is_on_hold_is_never_offered_it(freed, alder, alice, carol, clinic):
    place_hold(patient=alder, why="Seen in the emergency room on Monday.", by=alice, at=NOW)
    assert candidates(freed, clinic, by=carol, at=NOW) == ()
    with pytest.raises(BookingRefused, match="is not to be offered"):
        offer_place(freed=freed.freed.pk, patient=alder, by=carol, at=NOW)


def test_a_hold_that_came_after_the_offer_refuses_the_answer(freed, alder, alice, carol):
    offer, _ = offer_place(freed=freed.freed.pk, patient=alder, by=carol, at=NOW)
    place_hold(patient=alder, why="Seen in the emergency room on Monday.", by=alice, at=NOW)
    with pytest.raises(BookingRefused, match="A hold stands"):
        answer_offer(offer=offer.pk, accepts=True, by=carol, at=NOW)
    assert standing_of(alder) == ()
    assert not ChairOfferEnd.objects.exists()


def test_an_offer_ends_by_itself_and_by_an_answer(freed, alder, carol, clinic):
    offer, _ = offer_place(freed=freed.freed.pk, patient=alder, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match="offered to somebody else"):
        offer_place(freed=freed.freed.pk, patient=alder, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match="has ended"):
        answer_offer(offer=offer.pk, accepts=True, by=carol, at=offer.expires_at)
    assert answer_offer(offer=offer.pk, accepts=False, by=carol, at=NOW) is None
    with pytest.raises(BookingRefused, match="has ended"):
        answer_offer(offer=offer.pk, accepts=True, by=carol, at=NOW)
    assert candidates(freed, clinic, by=carol, at=NOW) == ()


def test_too_late_to_fast_is_too_late(freed, alder, carol, clinic):
    late = freed.freed.starts_at - timedelta(hours=11)
    (place,) = freed_places(clinic, at=late)
    assert place.too_late
    with pytest.raises(BookingRefused, match="too late"):
        offer_place(freed=freed.freed.pk, patient=alder, by=carol, at=late)


def test_the_pages_show_it_to_who_may_book(freed, alder, carol, charlie, erin, visit):
    page = visit(carol).get(reverse("bookings:freed")).content.decode()
    assert "Whom to offer it" in page
    one = reverse("bookings:freed-one", args=[freed.freed.pk])
    assert "Demo Alder" in visit(carol).get(one).content.decode()
    give = reverse("bookings:give", args=[freed.freed.pk])
    assert visit(erin).get(one).status_code == 403
    assert visit(charlie).get(one).status_code == 302
    assert visit(charlie).post(give, {"patient": str(alder.pk)}).status_code == 404
    assert visit(carol).post(give, {"patient": "x"}).status_code == 404
    assert visit(carol).post(give, {"patient": str(alder.pk)}).status_code == 201
    assert visit().get(reverse("bookings:offer")).status_code == 403
