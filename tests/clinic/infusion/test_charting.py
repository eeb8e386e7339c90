"""The chart keeps everything once, says what does not fit, and hands the infusion over to the course."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.course.api import infusions_of
from tenuto.clinic.infusion.models import ChartEntry
from tenuto.clinic.infusion.services import (
    ChartConflict,
    SessionRefused,
    account_of,
    chart,
    end_session,
    session_today,
)
from tenuto.clinic.ports.api import active_holds
from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    CollisionSettled,
    EmergencyEnded,
    EntryStruck,
    NoteWritten,
    PumpPaused,
    PumpResumed,
    PumpStopped,
    RateChanged,
    ReminderAnswered,
    StopCause,
    VitalsTaken,
)
from tenuto.core.infusion.pump import PumpState
from tenuto.core.units import MlPerHour
from tests.clinic.infusion.conftest import LATER

DONE = PumpStopped(StopCause.COMPLETED)
SET = VitalsTaken(165, 95, 80, 97, 14, 4)


def after(minutes):
    return LATER + timedelta(minutes=minutes)


def charted(session, by, minutes, what, *, client_id="", at=None, **more):
    return chart(
        session=session,
        client_id=client_id or f"{type(what).__name__}-{minutes}",
        what=what,
        happened_at=after(minutes),
        by=by,
        at=at or after(minutes),
        **more,
    )


def test_an_entry_that_is_sent_twice_is_kept_once(running, bob):
    one = charted(running, bob, 5, NoteWritten("Calm."), client_id="n")
    assert charted(running, bob, 5, NoteWritten("Calm."), client_id="n", at=after(9)) == one
    assert ChartEntry.objects.filter(client_id="n").count() == 1


def test_another_entry_under_the_same_id_is_refused_and_the_first_is_shown(running, bob, alice):
    charted(running, bob, 5, NoteWritten("Calm."), client_id="n")
    with pytest.raises(ChartConflict, match="NoteWritten, by Bob"):
        charted(running, alice, 5, NoteWritten("Restless."), client_id="n")


def test_the_servers_clock_governs_and_what_the_device_said_is_kept(running, bob):
    row = charted(running, bob, 20, PumpPaused(), at=after(10))
    assert (row.happened_at, row.claimed_at) == (after(10), after(20))
    assert account_of(running, after(30)).state is PumpState.PAUSED


def test_an_amendment_keeps_what_it_amends(running, bob):
    """Hazard H34: the first entry stays readable."""
    charted(running, bob, 10, PumpPaused(), client_id="p")
    with pytest.raises(SessionRefused, match="why the entry is amended"):
        charted(running, bob, 11, EntryStruck(), client_id="s", amends="p")
    charted(running, bob, 11, EntryStruck(), client_id="s", amends="p", why="The pump was not touched.")
    assert account_of(running, after(12)).state is PumpState.RUNNING
    assert ChartEntry.objects.filter(client_id="p", kind="PumpPaused").exists()


def test_event_time_and_time_of_entry_are_both_kept(running, bob):
    """Hazard H15: a value that is entered later says both."""
    row = charted(running, bob, 5, SET, at=after(25))
    assert (row.happened_at, row.recorded_at) == (after(5), after(25))


def test_the_whole_of_a_session_reaches_the_course(running, bob):
    charted(running, bob, 10, SET)
    charted(running, bob, 12, AdverseEventCharted("vomiting", 2))
    charted(running, bob, 15, PumpPaused())
    charted(running, bob, 20, PumpResumed())
    with pytest.raises(SessionRefused, match="Chart the stop first"):
        end_session(session=running, debrief="", by=bob, at=after(30))
    charted(running, bob, 45, DONE)
    end_session(session=running, debrief="Far away, and back.", by=bob, at=after(60))
    (found,) = infusions_of(running.patient_id)
    given = found.infusion
    assert given.on == running.held_on
    assert given.mass == account_of(running, after(60)).order.dose
    assert given.minutes.value == 40
    assert (given.tolerability.worst_event_grade, given.tolerability.effects) == (2, ("nausea",))
    assert given.tolerability.blood_pressure_alert
    assert given.tolerability.deepest_sedation == 4


def test_a_late_entry_changes_what_the_course_says(running, bob):
    charted(running, bob, 40, DONE, client_id="stop")
    end_session(session=running, debrief="", by=bob, at=after(41))
    early = PumpStopped(StopCause.PATIENT)
    chart(
        session=running, client_id="right", what=early, happened_at=after(20), amends="stop",
        why="It was stopped half way.", by=bob, at=after(50),
    )  # fmt: skip
    (found,) = infusions_of(running.patient_id)
    assert found.infusion.minutes.value == 20
    half = account_of(running, after(60)).order.dose.value / 2
    assert abs(found.infusion.mass.value - half) <= Decimal("0.01")


def test_the_end_is_kept_once(running, bob, alice):
    charted(running, bob, 40, DONE)
    first = end_session(session=running, debrief="", by=bob, at=after(41))
    assert end_session(session=running, debrief="Again.", by=alice, at=after(42)) == first
    assert len(infusions_of(running.patient_id)) == 1


@pytest.mark.parametrize(("grade", "holds"), [(2, 0), (3, 1), (4, 1)])
def test_a_severe_event_keeps_the_patient_from_the_next_infusion(running, bob, grade, holds):
    charted(running, bob, 12, AdverseEventCharted("syncope", grade))
    assert len(active_holds(running.patient, on=running.held_on)) == holds


def test_a_session_goes_on_past_midnight(running, bob):
    next_day = after(60 * 20)
    assert session_today(running.patient, next_day) == running
    charted(running, bob, 60 * 20, DONE)
    end_session(session=running, debrief="", by=bob, at=next_day)
    assert session_today(running.patient, next_day) is None


def test_a_struck_rate_stays_to_be_read_and_its_deviation_named(visit, running, bob, monkeypatch):
    """Hazard H34: what the pump was charted to do is on the session's page and on that of an ambulance crew."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: after(14))
    charted(running, bob, 10, RateChanged(MlPerHour(900)), client_id="rate")
    charted(running, bob, 12, EntryStruck(), amends="rate", why="Read off the wrong pump.")
    account = account_of(running, after(13))
    assert account.rate == account.order.setting
    (deviation,) = account.deviations
    assert "900 mL/h was charted, and 150 mL/h is ordered; the entry was struck by Bob" in deviation.words
    for path in ("", "crew/"):
        page = visit(bob).get(f"/patients/{running.patient_id}/infusion/{path}").content.decode()
        assert "<s>Rate changed to 900 mL/h</s>" in page
        assert "Bob (bob): Read off the wrong pump." in page
        assert "900 mL/h was charted, and 150 mL/h is ordered" in page


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        (ReminderAnswered("r", "x", "Calm again"), "Say what was done"),
        (ReminderAnswered("r", "Sat her up", "."), "Say what came of it"),
        (EmergencyEnded("x"), "Say how the emergency ended"),
        (CollisionSettled("a", "b", "x"), "why both are right"),
    ],
)
def test_one_letter_answers_nothing(running, bob, what, ask):
    with pytest.raises(SessionRefused, match=ask):
        charted(running, bob, 10, what)
