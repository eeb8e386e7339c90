"""A slot kept with the booking of a maintenance infusion: kept, used by a prescriber's decision, or given back in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.booking.api import (
    BookingRefused,
    EndKind,
    agree_rescue_slot,
    end_appointment,
    standing_of,
)
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.needs import booked as comes_next
from tenuto.clinic.booking.needs import need_of
from tenuto.clinic.booking.services.filling import freed_places
from tenuto.clinic.booking.services.rescuing import release_rescue_slots, use_rescue_slot
from tenuto.clinic.booking.services.standing import standing
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import WindowKind, current_window, set_window
from tenuto.core.course.next_facts import NextState
from tests.clinic.booking.test_pages import booked, url
from tests.clinic.conftest import NOW

WHY = "The response is being lost."


@pytest.fixture
def kept(week, course, alice, carol, visit):
    """A patient whose series has ended, with a decided date four weeks on, booked with its rescue slot."""
    patient = course((12, 10, 8, 5, 3, 1), [(14, 21), (1, 6)])
    day = NOW.date() + timedelta(days=24)
    set_window(
        patient=patient, opens=day, closes=day + timedelta(days=4), why="Every four weeks.", by=alice, at=NOW
    )
    booked(visit(carol), patient)
    return patient


def slots(patient):
    return list(standing(patient.clinic_id).filter(kind=Appointment.Kind.RESCUE, patient=patient))


def test_a_slot_is_kept_between_the_last_infusion_and_the_decided_date(kept, carol, visit):
    (row,), (slot,) = standing_of(kept), slots(kept)
    need = need_of(kept, Batch.of(kept))
    last = need.account.given[-1].on
    assert not need.runs
    assert need.missing == 0
    assert last + timedelta(days=need.least_gap_days) <= slot.starts_on
    assert slot.starts_on <= row.starts_on - timedelta(days=need.least_gap_days)
    assert (slot.starts_on - last) >= (row.starts_on - last) / 2 - timedelta(days=1)
    assert comes_next(Batch.of(kept))[kept.pk].rescue == slot.starts_on
    page = visit(carol).get(url("page", kept)).content.decode()
    assert slot.at_clinic in page
    assert "Give the infusion on it" not in page


def test_where_the_days_between_leave_no_room_a_visit_is_booked_without_a_slot(
    week, course, alice, carol, visit
):
    patient = course((12, 10, 8, 5, 3, 1), [(14, 21), (1, 6)])
    soon = NOW.date() + timedelta(days=2)
    set_window(patient=patient, opens=soon, closes=soon, why="The response is being lost.", by=alice, at=NOW)
    booked(visit(carol), patient)
    (row,) = standing_of(patient)
    need = need_of(patient, Batch.of(patient))
    assert (row.starts_on - need.account.given[-1].on).days < 2 * need.least_gap_days
    assert slots(patient) == []


def test_a_prescriber_uses_it_and_the_later_visit_moves_there(kept, alice, carol, visit):
    (slot,) = slots(kept)
    page = visit(alice).get(url("page", kept)).content.decode()
    assert "Give the infusion on it" in page
    with pytest.raises(PermissionError):
        use_rescue_slot(patient=kept, why=WHY, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match="reason"):
        use_rescue_slot(patient=kept, why="x", by=alice, at=NOW)
    assert visit(alice).post(url("rescue", kept), {"why": WHY}).status_code == 302
    (row,) = standing_of(kept)
    assert (row.starts_at, row.chair, row.nurse) == (slot.starts_at, slot.chair, slot.nurse)
    assert slots(kept) == []
    with pytest.raises(BookingRefused, match="No rescue slot is kept"):
        use_rescue_slot(patient=kept, why=WHY, by=alice, at=NOW)


def test_it_is_given_back_in_time_for_others_unless_the_patient_drifts(kept, monkeypatch):
    (slot,) = slots(kept)
    at = slot.starts_at - timedelta(hours=36)
    assert release_rescue_slots(kept.clinic, at=at - timedelta(seconds=1)) == 0
    assert release_rescue_slots(kept.clinic, at=at) == 1
    assert slots(kept) == []
    assert slot.pk in {place.freed.pk for place in freed_places(kept.clinic, at=at)}


def test_who_drifts_keeps_it_until_it_is_over(kept, monkeypatch):
    (slot,) = slots(kept)

    class Drifts:
        state = NextState.DRIFTING

    monkeypatch.setattr(
        "tenuto.clinic.booking.services.rescuing.next_steps_of", lambda batch: {kept.pk: Drifts()}
    )
    assert release_rescue_slots(kept.clinic, at=slot.starts_at - timedelta(hours=1)) == 0
    assert release_rescue_slots(kept.clinic, at=slot.starts_at) == 1


def test_the_database_keeps_others_out_of_it_and_nobody_misses_it(kept, carol):
    (slot,) = slots(kept)
    assert slot.taken.filter(kind="chair").count() > 0
    end_appointment(
        appointment=slot.pk, kind=EndKind.MISSED, why="Nobody was expected.", by=carol, at=slot.starts_at
    )
    assert need_of(kept, Batch.of(kept)).account.missed_visits == ()


@pytest.fixture
def clearer(week, course):
    """A patient whose series has ended well, with nothing booked."""
    return course((12, 10, 8, 5, 3, 1), [(14, 21), (1, 6)])


def test_an_agreed_slot_has_a_chair_and_a_nurse_at_once(clearer, alice):
    day = NOW.date() + timedelta(days=15)
    slot = agree_rescue_slot(patient=clearer, on=day, by=alice, at=NOW)
    assert (slot.starts_on, slot.kind) == (day, Appointment.Kind.RESCUE)
    assert {each.kind for each in slot.taken.all()} == {"chair", "nurse", "patient"}
    assert agree_rescue_slot(patient=clearer, on=day, by=alice, at=NOW) == slot
    assert slots(clearer) == [slot]


def test_another_day_takes_its_place_and_none_gives_it_back(clearer, alice):
    day = NOW.date() + timedelta(days=15)
    agree_rescue_slot(patient=clearer, on=day, by=alice, at=NOW)
    (moved,) = [agree_rescue_slot(patient=clearer, on=day + timedelta(days=1), by=alice, at=NOW)]
    assert slots(clearer) == [moved]
    assert agree_rescue_slot(patient=clearer, on=None, by=alice, at=NOW) is None
    assert slots(clearer) == []


def test_a_day_on_which_no_chair_is_free_is_refused_and_the_older_slot_stays(clearer, alice):
    day = NOW.date() + timedelta(days=15)
    slot = agree_rescue_slot(patient=clearer, on=day, by=alice, at=NOW)
    with pytest.raises(BookingRefused, match="No chair with a nurse is free on Sat 12 Dec"):
        agree_rescue_slot(patient=clearer, on=NOW.date() + timedelta(days=18), by=alice, at=NOW)
    assert slots(clearer) == [slot]


def test_the_day_that_was_agreed_is_kept_when_the_next_infusion_is_booked(clearer, alice, carol, visit):
    agreed, day = NOW.date() + timedelta(days=8), NOW.date() + timedelta(days=24)
    set_window(patient=clearer, opens=day, closes=day + timedelta(days=4), why=WHY, by=alice, at=NOW)
    set_window(
        patient=clearer, opens=agreed, closes=agreed, why=WHY, kind=WindowKind.RESCUE, by=alice, at=NOW
    )
    booked(visit(carol), clearer)
    (slot,) = slots(clearer)
    assert slot.starts_on == agreed
    release_rescue_slots(clearer.clinic, at=slot.starts_at - timedelta(hours=1))
    assert current_window(clearer, kind=WindowKind.RESCUE) is None


def test_who_may_not_book_agrees_on_none(clearer, erin):
    with pytest.raises((PermissionError, WrongClinic)):
        agree_rescue_slot(patient=clearer, on=NOW.date() + timedelta(days=15), by=erin, at=NOW)
