"""Whoever misses a visit while an answer or a score was worse is called on the same day, by somebody who owns it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.booking.api import (
    AskedSeries,
    EndKind,
    accept_series,
    end_appointment,
    propose_series,
    set_week,
)
from tenuto.clinic.course.api import record_missed
from tenuto.clinic.outcomes.api import push_decisions
from tenuto.clinic.outcomes.regular import have_no_shows_called
from tenuto.clinic.outcomes.services import contact_no_shows
from tenuto.clinic.plan.api import current
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.ports.escalating import escalate_late
from tenuto.clinic.ports.models import Task
from tenuto.clinic.ports.tasks import NotByNote, close_task
from tenuto.clinic.scales.api import record_form
from tenuto.core.course.facts import MissedHow
from tenuto.core.intake.safety import Risk, SafetyState
from tenuto.core.literature.tasks import MISSED_VISIT
from tests.clinic.booking.conftest import WEEK
from tests.clinic.conftest import NOW
from tests.clinic.plan.test_visits import DAY, scored


def missed_day(patient):
    """The day after the second planned day; one infusion is given."""
    first_open = current(patient).series[1].on
    return NOW + timedelta(days=(first_open - DAY).days + 1)


def calls(patient):
    return [task for task in open_tasks_of(patient) if task.kind == MISSED_VISIT]


def positive(patient, by, at):
    answers = {str(n): 1 for n in range(1, 9)} | {"9": 1}
    record_form(
        patient=patient, instrument_id="phq9", answers=answers, taken=at.date(), answered_by="patient", by=by, at=at
    )  # fmt: skip


@pytest.fixture
def absent(course):
    """One infusion given, and the next day of the series has passed without one."""
    return course((12,), [(14, 21)])


def test_a_positive_item_and_a_missed_visit_are_a_call_today(absent, bob):
    at = missed_day(absent)
    positive(absent, bob, NOW)
    contact_no_shows(absent.clinic, at=at)
    (task,) = calls(absent)
    assert (task.owner_role, task.safety) == ("nurse", True)
    assert task.due - at == timedelta(hours=4)
    assert "Did not come on" in task.why
    assert task.why.count("suicide risk") == task.why.count("suicide risk, urgent") == 1
    # Asked again, by however many workers, it is one task.
    contact_no_shows(absent.clinic, at=at + timedelta(minutes=10))
    assert len(calls(absent)) == 1


def test_a_missed_visit_alone_is_only_booked_again(absent):
    contact_no_shows(absent.clinic, at=missed_day(absent))
    assert calls(absent) == []


def test_nobody_is_called_before_the_day_has_passed(absent, bob):
    positive(absent, bob, NOW)
    contact_no_shows(absent.clinic, at=missed_day(absent) - timedelta(days=1))
    assert calls(absent) == []


def test_drift_and_a_missed_visit_are_a_call(course, bob):
    patient = course((12,), [(14, 21), (8, 6), (4, 14)])
    scored(patient, bob, 15)
    contact_no_shows(patient.clinic, at=missed_day(patient))
    (task,) = calls(patient)
    assert "the last two scores are worse than the best" in task.why


@pytest.mark.parametrize(("how", "calls_due"), [("no_show", 1), ("by_patient", 1), ("by_clinic", 0)])
def test_a_recorded_no_show_is_a_call_on_the_very_day(absent, bob, how, calls_due):
    positive(absent, bob, NOW)
    on, at = current(absent).series[1].on, missed_day(absent) - timedelta(days=1)
    record_missed(patient=absent, on=on, how=MissedHow(how), reason="Nobody picked up.", by=bob, at=at)
    contact_no_shows(absent.clinic, at=at)
    assert len(calls(absent)) == calls_due
    contact_no_shows(absent.clinic, at=at + timedelta(days=1))
    assert len(calls(absent)) == calls_due


def test_a_booked_visit_that_ended_as_missed_is_one_call(absent, bob, carol):
    set_week(content=WEEK, by=carol, at=NOW)
    day = NOW.date() + timedelta(days=1)
    asked = AskedSeries(1, 1, 7, day, day + timedelta(days=5))
    offer = propose_series(patient=absent, asked=asked, by=carol, at=NOW)
    (row,) = accept_series(patient=absent, asked=asked, visits=offer.visits, by=carol, at=NOW)
    positive(absent, bob, NOW)
    at = row.starts_at + timedelta(hours=1)
    end_appointment(appointment=row.pk, kind=EndKind.MISSED, why="Nobody picked up.", by=carol, at=at)
    assert contact_no_shows(absent.clinic, at=at) == 1
    contact_no_shows(absent.clinic, at=at + timedelta(minutes=10))
    (task,) = calls(absent)
    assert row.at_clinic.split(",")[0] in task.why


def test_a_red_safety_state_is_a_concern_without_any_task(absent, bob, monkeypatch):
    red = SafetyState(Risk.OPEN, ("Said that life is not worth living.",))
    monkeypatch.setattr("tenuto.clinic.outcomes.services.no_shows.safety_now", lambda patient, batch: red)
    contact_no_shows(absent.clinic, at=missed_day(absent))
    (task,) = calls(absent)
    assert "open: suicide risk" in task.why


def test_only_the_call_ends_it_and_late_it_is_given_on(absent, bob):
    at = missed_day(absent)
    positive(absent, bob, NOW)
    contact_no_shows(absent.clinic, at=at)
    (task,) = calls(absent)
    with pytest.raises(NotByNote):
        close_task(task=task.id, note="Left a message on the machine.", by=bob, at=at)
    push_decisions(absent.clinic, at=at)
    assert len(calls(absent)) == 1
    escalate_late(absent.clinic, at=task.due + timedelta(minutes=1))
    assert Task.objects.get(pk=task.id).escalations.exists()


def test_the_regular_job_does_it(absent, bob, monkeypatch):
    positive(absent, bob, NOW)
    monkeypatch.setattr("django.utils.timezone.now", lambda: missed_day(absent))
    have_no_shows_called.func()
    assert len(calls(absent)) == 1
