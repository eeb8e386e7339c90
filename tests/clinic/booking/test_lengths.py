"""A visit is as long as the signed plan infuses, wherever it is proposed, booked, moved, repaired or shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.clinic.booking.api import (
    BookingRefused,
    EndKind,
    accept_repair,
    accept_series,
    end_appointment,
    move_appointment,
    propose_repair,
    propose_series,
    standing_of,
)
from tenuto.clinic.booking.huddle import huddle
from tenuto.clinic.booking.models import Appointment, TakenQuarter
from tenuto.clinic.booking.needs import need_of
from tenuto.clinic.booking.services.accepting import VisitPlace, in_places, place_problem
from tenuto.clinic.booking.services.places import free_places
from tenuto.clinic.pathway.api import Batch
from tests.clinic.booking.conftest import SERIES
from tests.clinic.booking.test_pages import booked, offered, url
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import later, signed

pytestmark = pytest.mark.django_db
HOUR = "protocol=depression-60min-0.5mgkgh&vial=50&volume=100&start=2026-11-24&days=mon&days=wed&days=fri"
TWO_A_WEEK = "protocol=depression-6x3wk&vial=50&volume=100&start=2026-11-24&days=mon&days=thu"


@pytest.fixture
def hourly(accepted, alice):
    """A patient whose plan infuses for an hour."""
    patient = accepted("Demo Alder")
    signed(patient, alice, HOUR)
    return patient


def minutes(row):
    """With the nurse, until the observation ends, until the chair is free."""
    return tuple(
        (until - row.starts_at) // timedelta(minutes=1)
        for until in (row.infused_at, row.ends_at, row.chair_free_at)
    )


def book(patient, by, asked=SERIES):
    offer = propose_series(patient=patient, asked=asked, by=by, at=NOW)
    return accept_series(patient=patient, asked=asked, visits=offer.visits, by=by, at=NOW)


def test_what_is_booked_is_as_long_as_each_plan_says(week, hourly, ben, carol):
    """Ben has no plan yet: the week's 40 min. The other's plan has 60, in the same clinic."""
    assert {minutes(row) for row in book(ben, carol)} == {(50, 170, 180)}
    rows = book(hourly, carol)
    assert {minutes(row) for row in rows} == {(70, 190, 200)}
    taken = TakenQuarter.objects.filter(appointment=rows[0])
    first = rows[0].starts_at
    nurse = taken.filter(kind="nurse").order_by("quarter").last()
    assert nurse.quarter == int((first + timedelta(minutes=69)).timestamp() // 900)
    for one in Appointment.objects.all():
        for other in Appointment.objects.exclude(pk=one.pk).filter(chair=one.chair):
            assert one.chair_free_at <= other.starts_at or other.chair_free_at <= one.starts_at


def test_a_place_long_enough_for_the_usual_visit_alone_is_refused_to_the_longer_one(week, hourly, ben, carol):
    """Ben is in the chair from 11:00: 40 min of infusing from 08:00 end at 11:00, an hour ends at 11:20."""
    one = replace(SERIES, count=1)
    (row,) = book(ben, carol, one)
    day = row.starts_on
    at_eleven = VisitPlace(row.starts_at.astimezone() + timedelta(hours=3), row.chair, row.nurse)
    moved = move_appointment(
        appointment=row.pk,
        start=at_eleven.start,
        chair=row.chair,
        nurse=row.nurse,
        asked=one,
        why="The patient asked for it.",
        by=carol,
        at=NOW,
    )
    early = VisitPlace(row.starts_at, row.chair, row.nurse)
    (visit,) = in_places(hourly, one, [early])
    with pytest.raises(BookingRefused, match="taken twice"):
        accept_series(patient=hourly, asked=one, visits=[visit], by=carol, at=NOW)
    (own,) = book(hourly, carol, replace(one, earliest=day + timedelta(days=2)))
    assert "taken twice" in place_problem(
        appointment=own, place=early, asked=replace(one, least_gap_days=0), at=NOW
    )
    places = free_places(own, on=day, at=NOW)
    assert (early.start, early.chair) not in {(place.start, place.chair) for place in places}
    assert moved.chair_free_at - moved.starts_at == timedelta(minutes=180)


def test_a_proposal_made_under_the_older_plan_is_refused(week, alder, alice, carol):
    offer = propose_series(patient=alder, asked=SERIES, by=carol, at=NOW)
    signed(alder, alice, HOUR, at=later(30))
    with pytest.raises(
        BookingRefused, match=r"has 50 min with the nurse; 70 are asked for.*Ask for a new proposal"
    ):
        accept_series(patient=alder, asked=SERIES, visits=offer.visits, by=carol, at=NOW)


def test_after_a_revision_the_page_says_so_and_the_repair_books_the_longer_visits(
    week, alder, alice, carol, visit
):
    browser = visit(carol)
    booked(browser, alder)
    before = standing_of(alder)
    signed(alder, alice, HOUR, at=later(30))
    said = need_of(alder, Batch.of(alder)).misfits
    assert len(said) == 6
    assert said[0].endswith("is booked 20 min shorter than the plan has it.")
    assert "is booked 20 min shorter" in " ".join(
        huddle(alder.clinic, before[0].starts_on, hidden=frozenset())[0].said
    )
    page = browser.get(url("repair", alder)).content.decode()
    assert "No visit moves, 6 visits get another length." in page
    assert page.count("Longer") == 6
    (places,) = offered(page)
    assert browser.post(url("repair", alder), {"visits": places}).status_code == 302
    after = standing_of(alder)
    assert [row.starts_at for row in after] == [row.starts_at for row in before]
    assert {minutes(row) for row in after} == {(70, 190, 200)}
    assert need_of(alder, Batch.of(alder)).misfits == ()


def test_a_moved_and_a_repaired_visit_keep_the_length_of_the_plan(week, hourly, carol):
    rows = book(hourly, carol)
    (place, *_) = (
        p for p in free_places(rows[0], on=rows[0].starts_on, at=NOW) if p.start > rows[0].starts_at
    )
    moved = move_appointment(
        appointment=rows[0].pk, start=place.start, chair=place.chair, nurse=place.nurse,
        asked=replace(SERIES, count=1, least_gap_days=1), why="The patient asked for it.", by=carol, at=NOW,
    )  # fmt: skip
    assert minutes(moved) == (70, 190, 200)
    end_appointment(
        appointment=rows[2].pk, kind=EndKind.CANCELLED, why="The patient is ill today.", by=carol, at=NOW
    )
    offer = propose_repair(patient=hourly, asked=SERIES, by=carol, at=NOW)
    accept_repair(
        patient=hourly, asked=SERIES, visits=offer.visits, why="The series was repaired.", by=carol, at=NOW
    )
    assert {minutes(row) for row in standing_of(hourly)} == {(70, 190, 200)}


@pytest.fixture
def twice(accepted, alice):
    """A patient whose protocol has at most two infusions a week."""
    patient = accepted("Demo Alder")
    signed(patient, alice, TWO_A_WEEK)
    return patient


def test_no_week_holds_more_than_the_protocol_lets_whatever_gap_is_asked_for(week, twice, carol):
    rows = book(twice, carol, replace(SERIES, least_gap_days=1))
    days = [row.starts_on for row in rows]
    assert len(days) >= 4
    assert all(sum(0 <= (d - first).days < 7 for d in days) <= 2 for first in days)


def test_a_move_into_a_full_week_is_refused_in_words(week, twice, carol):
    rows = book(twice, carol, replace(SERIES, count=3))
    asked = replace(SERIES, count=1, least_gap_days=1)
    second = rows[1].starts_on
    day = second + timedelta(days=1 if second.weekday() < 4 else 3)
    place = VisitPlace(rows[2].starts_at - (rows[2].starts_on - day), rows[2].chair, "Bob")
    problem = place_problem(appointment=rows[2], place=place, asked=asked, at=NOW)
    assert "3 infusions from" in problem
    assert "at most 2 on any 7 days" in problem
    with pytest.raises(BookingRefused, match="at most 2 on any 7 days"):
        move_appointment(
            appointment=rows[2].pk, start=place.start, chair=place.chair, nurse=place.nurse, asked=asked, why="The patient asked for it.",
            by=carol, at=NOW,
        )  # fmt: skip
    assert standing_of(twice) == rows
