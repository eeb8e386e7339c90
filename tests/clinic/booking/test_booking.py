"""A series is booked in one act, ended and moved; what a rule, a hold or another booking forbids is not booked at all."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.booking.api import (
    AskedSeries,
    BookingRefused,
    EndKind,
    accept_repair,
    accept_series,
    end_appointment,
    move_appointment,
    propose_repair,
    propose_series,
    set_week,
    standing_of,
)
from tenuto.clinic.booking.contribution import CONTRIBUTION
from tenuto.clinic.booking.models import Appointment, AppointmentEnd, TakenQuarter
from tenuto.clinic.booking.services.accepting import quarters
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.ports.api import lift_hold, place_hold
from tests.clinic.booking.conftest import SERIES, WEEK
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db


def booked(patient, by, asked=SERIES):
    offer = propose_series(patient=patient, asked=asked, by=by, at=NOW)
    return accept_series(patient=patient, asked=asked, visits=offer.visits, by=by, at=NOW)


def test_a_whole_series_is_booked_in_one_act(week, ana, carol):
    rows = booked(ana, carol)
    assert [row.n for row in rows] == [1, 2, 3, 4, 5, 6]
    assert len({row.series for row in rows}) == 1
    assert standing_of(ana) == rows
    gaps = [(b.starts_at.date() - a.starts_at.date()).days for a, b in pairwise(rows)]
    assert all(2 <= gap <= 5 for gap in gaps)
    event = AuditEvent.objects.latest("number")
    assert event.action == "booked a series"
    assert len(event.detail["visits"]) == 6


def test_what_others_have_on_the_only_day_that_is_asked_about_is_never_proposed(week, ana, ben, carol):
    asked = replace(SERIES, count=1, latest=SERIES.earliest)
    (theirs,) = booked(ana, carol, asked)
    (offered,) = propose_series(patient=ben, asked=asked, by=carol, at=NOW).visits
    assert offered.start.date() == theirs.starts_on
    assert (offered.start, offered.nurse) != (theirs.starts_at, theirs.nurse)
    assert booked(ben, carol, asked)


def test_the_quarters_of_chair_nurse_and_patient_are_taken(week, ana, carol):
    first = booked(ana, carol)[0]
    taken = TakenQuarter.objects.filter(appointment=first)
    assert taken.filter(kind="chair", name=first.chair).count() == 12
    assert taken.filter(kind="nurse", name=first.nurse).count() == 4
    assert taken.filter(kind="patient", name=str(ana.pk)).count() == 12
    assert list(quarters(first.starts_at, first.starts_at + timedelta(minutes=16))) == [
        first.starts_at.timestamp() // 900,
        first.starts_at.timestamp() // 900 + 1,
    ]


def test_another_booking_of_the_same_places_is_refused_whole(week, ana, ben, carol):
    """Two proposals made at once hold the same places; the second is refused, and asked again it finds others."""
    asked = replace(SERIES, count=1)
    first = propose_series(patient=ana, asked=asked, by=carol, at=NOW)
    second = propose_series(patient=ben, asked=asked, by=carol, at=NOW)
    assert first.visits[0].start == second.visits[0].start
    accept_series(patient=ana, asked=asked, visits=first.visits, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match=r"taken twice: .* Nothing was booked. Ask for a new proposal."):
        accept_series(patient=ben, asked=asked, visits=second.visits, by=carol, at=NOW)
    assert standing_of(ben) == ()
    assert len(booked(ben, carol)) == 6


@pytest.mark.parametrize("kind", TakenQuarter.Kind.values)
def test_the_database_itself_refuses_the_same_quarter_twice(week, ana, carol, kind):
    row = booked(ana, carol)[0]
    one = TakenQuarter.objects.filter(appointment=row, kind=kind).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        TakenQuarter.objects.create(
            clinic=one.clinic, appointment=row, kind=kind, name=one.name, place=one.place, quarter=one.quarter
        )


def test_without_the_check_the_database_still_books_nothing_twice(week, ana, ben, carol, monkeypatch):
    asked = replace(SERIES, count=1)
    offer = propose_series(patient=ana, asked=asked, by=carol, at=NOW)
    same = [replace(visit, patient=str(ben.pk)) for visit in offer.visits]
    accept_series(patient=ana, asked=asked, visits=offer.visits, by=carol, at=NOW)
    monkeypatch.setattr("tenuto.clinic.booking.services.accepting.verify", lambda period, visits: ())
    with pytest.raises(BookingRefused, match="was taken by another booking just now"):
        accept_series(patient=ben, asked=asked, visits=same, by=carol, at=NOW)
    assert Appointment.objects.count() == 1


def test_a_hold_keeps_the_patient_from_being_booked_until_it_is_lifted(week, ana, alice, carol):
    hold = place_hold(patient=ana, why="Seen in the emergency room on Monday.", by=alice, at=NOW)
    offer = propose_series(patient=ana, asked=SERIES, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match=r"Seen in the emergency room on Monday\. Nothing is booked"):
        accept_series(patient=ana, asked=SERIES, visits=offer.visits, by=carol, at=NOW)
    assert standing_of(ana) == ()
    lift_hold(hold=hold.id, why="Looked at, and well again.", by=alice, at=NOW)
    assert len(booked(ana, carol)) == 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: {"chair": "roof"}, "chair roof, which there is not"),
        (
            lambda v: {"start": v.start + timedelta(hours=9), "end": v.end + timedelta(hours=9)},
            "hours of a clinic day",
        ),
        (lambda v: {"end": v.end - timedelta(hours=1)}, "is not 170 min long"),
        (lambda v: {"patient": "someone"}, "for another patient"),
        (
            lambda v: {"start": v.start - timedelta(days=7), "end": v.end - timedelta(days=7)},
            "hours of a clinic day",
        ),
    ],
)
def test_a_changed_proposal_is_checked_again(week, ana, carol, change, words):
    asked = replace(SERIES, count=1)
    (visit,) = propose_series(patient=ana, asked=asked, by=carol, at=NOW).visits
    with pytest.raises(BookingRefused, match=words):
        accept_series(patient=ana, asked=asked, visits=[replace(visit, **change(visit))], by=carol, at=NOW)
    assert not Appointment.objects.exists()


def test_what_is_over_is_not_booked(week, ana, carol):
    asked = replace(SERIES, count=1)
    offer = propose_series(patient=ana, asked=asked, by=carol, at=NOW)
    with pytest.raises(BookingRefused, match="is over"):
        accept_series(patient=ana, asked=asked, visits=offer.visits, by=carol, at=NOW + timedelta(days=2))


def test_a_cancelled_place_is_free_again(week, ana, ben, carol):
    rows = booked(ana, carol)
    end = end_appointment(
        appointment=rows[2].pk, kind=EndKind.CANCELLED, why="The escort is ill.", by=carol, at=NOW
    )
    assert str(end) == "Cancelled: The escort is ill."
    assert rows[2] not in standing_of(ana)
    assert not TakenQuarter.objects.filter(appointment=rows[2]).exists()
    with pytest.raises(BookingRefused, match=r"was ended by Carol .* already"):
        end_appointment(
            appointment=rows[2].pk, kind=EndKind.CANCELLED, why="Once more, please.", by=carol, at=NOW
        )
    assert AppointmentEnd.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "why", "words"),
    [
        (EndKind.CANCELLED, "x", "The reason is missing"),
        (EndKind.MISSED, "Did not come.", "nobody missed it. Cancel it"),
        (EndKind.MOVED, "To the next day.", "Give its new place"),
    ],
)
def test_an_end_that_cannot_be_changes_nothing(week, ana, carol, kind, why, words):
    row = booked(ana, carol)[0]
    with pytest.raises(BookingRefused, match=words):
        end_appointment(appointment=row.pk, kind=kind, why=why, by=carol, at=NOW)
    assert row in standing_of(ana)
    assert TakenQuarter.objects.filter(appointment=row).exists()


def test_a_missed_visit_is_repaired_with_the_fewest_moved(week, ana, carol):
    rows = booked(ana, carol)
    after = rows[1].ends_at + timedelta(hours=8)
    end_appointment(appointment=rows[1].pk, kind=EndKind.MISSED, why="Did not come.", by=carol, at=after)
    offer = propose_repair(patient=ana, asked=SERIES, by=carol, at=after)
    assert offer.reasons == ()
    assert len(offer.visits) == 6
    added = accept_repair(
        patient=ana, asked=SERIES, visits=offer.visits, why="After the miss.", by=carol, at=after
    )
    assert len(standing_of(ana)) == 6
    assert len(added) == len(offer.moved) + 1
    moved = AppointmentEnd.objects.filter(kind=EndKind.MOVED)
    assert moved.count() == len(offer.moved)


def test_a_visit_is_moved_or_stays(week, ana, ben, carol):
    one = replace(SERIES, count=1)
    (row,) = booked(ana, carol, one)
    (other,) = booked(ben, carol, one)
    with pytest.raises(BookingRefused, match="taken twice"):
        move_appointment(
            appointment=row.pk, start=other.starts_at, chair=other.chair, nurse=row.nurse, asked=one,
            why="An earlier hour suits better.", by=carol, at=NOW,
        )  # fmt: skip
    assert standing_of(ana) == (row,)
    later = row.starts_at + timedelta(days=2)
    new = move_appointment(
        appointment=row.pk, start=later, chair=row.chair, nurse="Bob", asked=one, why="A day off work.",
        by=carol, at=NOW,
    )  # fmt: skip
    assert standing_of(ana) == (new,)
    assert (new.starts_at, new.n, new.series) == (later, row.n, row.series)


def test_a_shift_taken_away_later_is_no_reason_against_others(week, ana, ben, carol):
    booked(ana, carol)
    only_bea = {**WEEK, "nurses": {"Bob": {}, "Bea": WEEK["nurses"]["Bea"]}}
    set_week(content=only_bea, by=carol, at=NOW)
    assert len(booked(ben, carol)) == 6


def test_who_may(week, ana, carol, bob, erin, charlie):
    assert len(booked(ana, bob)) == 6
    with pytest.raises(PermissionError):
        propose_series(patient=ana, asked=SERIES, by=erin, at=NOW)
    with pytest.raises(WrongClinic):
        propose_series(patient=ana, asked=SERIES, by=charlie, at=NOW)
    with pytest.raises(PermissionError):
        set_week(content=WEEK, by=bob, at=NOW)
    row = standing_of(ana)[0]
    with pytest.raises(Appointment.DoesNotExist):
        end_appointment(
            appointment=row.pk, kind=EndKind.CANCELLED, why="Not our patient.", by=charlie, at=NOW
        )


def test_a_clinic_without_its_week_says_so(ana, carol):
    with pytest.raises(BookingRefused, match="is not set up yet"):
        propose_series(patient=ana, asked=SERIES, by=carol, at=NOW)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chairs": []}, "'chairs' is empty"),
        ({"chairs": ["a", "a"]}, "a chair is there twice"),
        ({"hours": {"mon": ["18:00", "08:00"]}}, "ends at 08:00, not after 18:00"),
        ({"hours": {**WEEK["hours"], "monday": ["08:00", "18:00"]}}, "'monday' is not known here"),
        ({"nurses": {"Bob": {"mon": ["8"]}}}, "Give two times"),
        ({"profile": {**WEEK["profile"], "observe": -1}}, "'observe' is -1"),
        ({"tables": []}, "'tables' is not known here"),
    ],
)
def test_a_week_that_cannot_be_is_refused(carol, change, words):
    with pytest.raises(BookingRefused, match=words):
        set_week(content={**WEEK, **change}, by=carol, at=NOW)


def test_what_nobody_can_come_to_is_explained(week, ana, carol):
    asked = AskedSeries(6, 2, 3, date(2026, 11, 25), date(2026, 12, 1))
    offer = propose_series(patient=ana, asked=asked, by=carol, at=NOW)
    assert len(offer.visits) < 6
    assert offer.reasons[0].startswith("On the days on which Ana Silva can come (Wed 25 Nov, Thu 26 Nov")
    assert offer.reasons[0].endswith("at most 3 of 6 fit.")


def test_a_repair_leaves_what_stands_outside_its_days_and_loses_nothing(week, ana, carol):
    """Two series of one patient: the repair of the first ends no visit of the second."""
    first = booked(ana, carol, replace(SERIES, count=3, latest=date(2026, 12, 9)))
    later = replace(SERIES, count=2, earliest=date(2026, 12, 14), latest=date(2026, 12, 24))
    second = booked(ana, carol, later)
    asked = replace(SERIES, count=3, latest=date(2026, 12, 11))
    end_appointment(
        appointment=first[1].pk, kind=EndKind.CANCELLED, why="The patient is ill.", by=carol, at=NOW
    )
    offer = propose_repair(patient=ana, asked=asked, by=carol, at=NOW)
    assert len(offer.visits) == 3
    accept_repair(patient=ana, asked=asked, visits=offer.visits, why="Missed one.", by=carol, at=NOW)
    standing = {row.pk for row in standing_of(ana)}
    assert {row.pk for row in second} <= standing
    assert len(standing) == 5


def test_a_repair_of_the_whole_time_keeps_every_series(week, ana, carol):
    booked(ana, carol, replace(SERIES, count=3, latest=date(2026, 12, 9)))
    booked(ana, carol, replace(SERIES, count=2, earliest=date(2026, 12, 11), latest=date(2026, 12, 18)))
    asked = replace(SERIES, count=3, most_gap_days=14)
    offer = propose_repair(patient=ana, asked=asked, by=carol, at=NOW)
    assert len(offer.visits) == 5
    assert offer.moved == ()


def test_a_repair_that_keeps_fewer_than_stand_is_refused(week, ana, carol):
    rows = booked(ana, carol)
    offer = propose_repair(patient=ana, asked=SERIES, by=carol, at=NOW)
    with pytest.raises(
        BookingRefused, match=r"has 6 visits booked, and the repair keeps 4\. Cancel what is to go first"
    ):
        accept_repair(patient=ana, asked=SERIES, visits=offer.visits[:4], why="Fewer now.", by=carol, at=NOW)
    assert standing_of(ana) == rows
    assert not AppointmentEnd.objects.exists()


def test_a_gap_reaches_to_a_visit_just_outside_the_days_that_are_asked_about(week, ana, carol):
    (one,) = booked(ana, carol, replace(SERIES, count=1))
    day = one.starts_at.date()
    asked = replace(SERIES, count=1, earliest=day + timedelta(days=1), latest=day + timedelta(days=9))
    offer = propose_series(patient=ana, asked=asked, by=carol, at=NOW)
    assert (offer.visits[0].start.date() - day).days >= SERIES.least_gap_days


def test_who_is_held_and_booked_is_said_in_list_and_banner(week, alder, alice, carol, visit):
    place_hold(
        patient=alder, why="Seen in the emergency room on Monday.", until=date(2026, 11, 24), by=alice, at=NOW
    )
    asked = replace(SERIES, count=2)
    offer = propose_series(patient=alder, asked=asked, by=carol, at=NOW)
    accept_series(patient=alder, asked=asked, visits=offer.visits, by=carol, at=NOW)
    batch = Batch.of(alder)
    (words,) = CONTRIBUTION.alerts(batch)[alder.pk]
    assert "On hold, and booked for" in words
    assert CONTRIBUTION.turns(batch)[alder.pk].kind == "On hold, and booked"
    assert (
        "On hold, and booked for"
        in visit(carol).get(reverse("booking:page", args=[alder.pk])).content.decode()
    )
