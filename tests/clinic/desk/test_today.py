"""The board of today: who is where, how far, what is late, and what a reader may see of it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenuto.clinic.access.api import change_care_team, restrict
from tenuto.clinic.booking.api import AskedSeries, accept_series, propose_series, set_week
from tenuto.clinic.booking.services.late import record_late
from tenuto.clinic.course.services.infusions import record_infusion
from tenuto.clinic.desk.today import NO_CHAIR, today_board
from tenuto.clinic.infusion.services import chart, open_session
from tenuto.clinic.people.sight import RESTRICTED_NAME
from tenuto.clinic.plan.api import current
from tenuto.clinic.ports.api import place_hold
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.infusion.entries import (
    EmergencyDeclared,
    Leaving,
    NoteWritten,
    PatientLeft,
    PumpPaused,
    PumpStopped,
    StopCause,
    VitalsTaken,
)
from tenuto.core.units import Mg, MgPerKg, Minutes
from tests.clinic.booking.conftest import WEEK
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import LATER
from tests.clinic.plan.conftest import OPTIONS, signed

pytestmark = pytest.mark.django_db
ASKED = AskedSeries(1, 2, 5, date(2026, 11, 24), date(2026, 11, 24))


@pytest.fixture
def week(clinic, carol):
    return set_week(content=WEEK, by=carol, at=NOW)


@pytest.fixture
def booked(week, patient, carol):
    offer = propose_series(patient=patient, asked=ASKED, by=carol, at=NOW)
    (visit,) = accept_series(
        patient=patient, asked=ASKED, visits=offer.visits, by=carol, at=NOW - timedelta(minutes=1)
    )
    return visit


def after(minutes):
    return LATER + timedelta(minutes=minutes)


def charted(session, by, minutes, what):
    at = after(minutes)
    return chart(session=session, client_id=str(uuid4()), what=what, happened_at=at, by=by, at=at)


def of(board, name="Demo Alder"):
    (found,) = (each for each in board.chairs if each.name == name)
    return found


def test_a_chair_that_nobody_has_is_free_and_one_that_is_booked_waits(booked, bob):
    board = today_board(bob, NOW)
    assert {each.stage.word for each in board.chairs} == {"Free", "Expected"}
    here = of(board)
    assert here.chair == booked.chair
    assert here.time == f"{booked.on_its_clock(booked.starts_at):%H:%M}"


def test_who_has_not_come_is_late_and_what_was_said_of_it_counts(booked, bob):
    at = booked.starts_at + timedelta(minutes=25)
    assert of(today_board(bob, at)).stage.word == "Not here"
    assert "25 minutes late" in of(today_board(bob, at)).stage.text
    record_late(appointment=booked.pk, minutes=30, by=bob, at=booked.starts_at)
    assert of(today_board(bob, at)).stage.word == "Expected"
    assert "30 minutes late" in of(today_board(bob, at)).stage.text


def test_a_visit_of_which_nothing_is_on_record_stays_until_somebody_says(booked, alice, bob):
    here = of(today_board(bob, booked.chair_free_at))
    assert (here.stage.word, here.chair) == ("Not recorded", booked.chair)
    plan, at = current(booked.patient), booked.chair_free_at
    given = GivenInfusion(
        date(2026, 11, 24), Mg(36), MgPerKg("0.5"), Minutes(40), Tolerability(0, 0, False, None)
    )
    record_infusion(
        patient=booked.patient,
        infusion=given,
        series=plan.series_id,
        plan_version=plan.version_id,
        by=alice,
        at=at,
    )
    assert not [each for each in today_board(bob, booked.chair_free_at).chairs if each.name]


def test_who_is_blocked_stands_there_with_the_reason(booked, session, alice, bob):
    place_hold(patient=session.patient, why="Creatinine rose.", by=alice, at=NOW)
    stage = of(today_board(bob, NOW)).stage
    assert (stage.mark, stage.word) == ("block", "Blocked")
    assert any("Creatinine rose." in each for each in stage.why)


def test_who_is_being_made_ready_has_steps_left(session, bob):
    stage = of(today_board(bob, NOW)).stage
    assert (stage.mark, stage.word) == ("due", "Getting ready")
    assert stage.text.endswith("steps to do.")
    assert any("second reading" in each for each in stage.why)


def test_who_has_everything_is_ready(ready, bob):
    stage = of(today_board(bob, LATER)).stage
    assert (stage.mark, stage.word) == ("pass", "Ready")


def test_a_running_infusion_says_what_ran_and_when_vital_signs_are_due(running, bob):
    here = of(today_board(bob, after(20)))
    assert here.chair == NO_CHAIR
    assert here.stage.word == "Infusing"
    assert here.stage.text.startswith("Since 09:45. 18 mg of 36 mg")
    assert (here.stage.due.mark, here.stage.worst) == ("block", "block")


def test_vital_signs_that_wait_for_an_answer_come_before_the_pump(running, bob):
    charted(running, bob, 10, VitalsTaken(130, 80, 80, 84, 14, 4))
    stage = of(today_board(bob, after(11))).stage
    assert (stage.mark, stage.word) == ("block", "Pause or stop")
    assert "84" in stage.why[0]


@pytest.mark.parametrize(
    ("what", "word"),
    [
        ([PumpPaused()], "Paused"),
        ([EmergencyDeclared()], "Emergency"),
        ([PumpStopped(StopCause.COMPLETED)], "Recovery"),
        (
            [PumpStopped(StopCause.COMPLETED), PatientLeft(Leaving.AGAINST_ADVICE, reason="Wants home.")],
            "Left",
        ),
    ],
)
def test_each_stage_has_its_word(running, bob, what, word):
    for minutes, each in enumerate(what):
        charted(running, bob, 20 + minutes, each)
    assert of(today_board(bob, after(22))).stage.word == word


def test_who_left_gives_the_chair_to_the_next(booked, running, bob):
    charted(running, bob, 20, PumpStopped(StopCause.COMPLETED))
    assert of(today_board(bob, after(21))).chair == booked.chair
    charted(running, bob, 22, PatientLeft(Leaving.AGAINST_ADVICE, reason="Wants home."))
    (chair,) = (each for each in today_board(bob, after(23)).chairs if each.chair == booked.chair)
    assert (chair.name, chair.stage.word) == ("", "Free")


def test_who_has_a_session_is_seen_beside_whoever_overstays_in_the_same_chair(
    booked, running, accepted, alice, carol, bob
):
    set_week(content={**WEEK, "chairs": [booked.chair]}, by=carol, at=NOW)
    other = accepted("Demo Birch")
    signed(other, alice, OPTIONS)
    offer = propose_series(patient=other, asked=ASKED, by=carol, at=NOW)
    (visit,) = accept_series(patient=other, asked=ASKED, visits=offer.visits, by=carol, at=NOW)
    assert of(today_board(bob, after(5))).then == (
        f"Demo Birch, {visit.on_its_clock(visit.starts_at):%H:%M}",
    )
    open_session(patient=other, by=bob, at=after(5))
    board = today_board(bob, after(6))
    assert (of(board).stage.word, of(board).then) == ("Infusing", ())
    assert (of(board, "Demo Birch").chair, of(board, "Demo Birch").stage.word) == (
        booked.chair,
        "Getting ready",
    )


def test_a_session_that_runs_past_midnight_stays_on_the_board(running, bob):
    assert of(today_board(bob, LATER + timedelta(hours=16))).stage.word


def test_alice_and_bob_see_who_it_is_charlie_and_an_auditor_do_not(
    booked,
    running,
    visit,
    alice,
    bob,
    charlie,
    erin,
):
    where = reverse("desk:today")
    for staff, sees in ((alice, True), (bob, True), (charlie, False)):
        page = visit(staff).get(where)
        assert page.status_code == 200
        assert ("Demo Alder" in page.content.decode()) is sees
    assert visit(erin).get(where).status_code == 403
    assert visit().get(where).status_code == 302


def test_a_restricted_record_keeps_its_chair_and_loses_its_name(booked, running, visit, alice, bob, dora):
    patient_ = running.patient
    change_care_team(patient=patient_, staff=alice, member=True, by=dora, at=NOW)
    restrict(patient=patient_, restricted=True, why="Works here.", by=dora, at=NOW)
    page = visit(bob).get(reverse("desk:today")).content.decode()
    assert "Demo Alder" not in page
    assert RESTRICTED_NAME in page
    assert "18 mg" not in page


def test_charts_are_read_in_one_go(running, bob):
    today_board(bob, after(5))
    with CaptureQueriesContext(connection) as one:
        today_board(bob, after(5))
    for minutes in range(6, 12):
        charted(running, bob, minutes, NoteWritten("Calm."))
    with CaptureQueriesContext(connection) as many:
        today_board(bob, after(12))
    assert len(many) == len(one)
