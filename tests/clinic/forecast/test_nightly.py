"""The forecasts of the night: all active patients, resumable, and each tells booking and the worklist once."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tenuto.clinic.forecast.models import ForecastNight, StoredForecast
from tenuto.clinic.forecast.regular import forecast_clinic, forecast_every_night
from tenuto.clinic.forecast.services import decide_date
from tenuto.clinic.forecast.services.nightly import begin_night, forecast_some
from tenuto.clinic.forecast.spread import said_or_problem, spread_over
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.live.jobs import regular_jobs
from tenuto.clinic.ports.api import WindowKind, current_window, open_tasks_of
from tests.clinic.conftest import NOW
from tests.clinic.forecast.conftest import TODAY, known_of, later, score


def night(clinic, spread=lambda texts: map(said_or_problem, texts), *, day=TODAY, most=200, at=NOW):
    found = begin_night(clinic, day=day, at=at)
    while forecast_some(found, spread, at=at, most=most):
        pass
    return found


def kinds(patient):
    return sorted(task.kind for task in open_tasks_of(patient))


def test_every_active_patient_is_forecast_and_the_window_set(maintained, clinic):
    done = night(clinic)
    row = StoredForecast.objects.get()
    assert (done.patients, done.done, done.made, done.kept, done.unreadable) == (1, 1, 1, 1, 0)
    assert done.percent == 100
    window = current_window(maintained, kind=WindowKind.FORECAST)
    assert (window.opens, window.closes) == row.window
    assert window.why == row.headline


def test_a_second_night_without_news_works_nothing_out_and_writes_nothing(maintained, clinic):
    night(clinic)
    events = AuditEvent.objects.count()

    def nobody(texts):
        assert list(texts) == []
        return iter(())

    done = night(clinic, nobody, day=TODAY + timedelta(days=1))
    assert (done.done, done.made, done.kept) == (1, 0, 0)
    assert AuditEvent.objects.count() == events


@pytest.mark.thorough
def test_a_night_that_was_broken_off_goes_on_behind_the_last_patient(maintained, clinic):
    night(clinic)
    assert begin_night(clinic, day=TODAY, at=NOW).ended_at is not None
    ForecastNight.objects.update(ended_at=None)
    again = begin_night(clinic, day=TODAY, at=later())
    asked = []

    def listening(texts):
        asked.extend(texts)
        return map(said_or_problem, texts)

    assert forecast_some(again, listening, at=later()) is False
    assert asked == []
    assert again.done == 1


@pytest.mark.thorough
def test_a_worker_that_dies_between_work_and_note_does_it_twice_and_keeps_it_once(maintained, clinic):
    found = begin_night(clinic, day=TODAY, at=NOW)
    assert forecast_some(found, lambda texts: map(said_or_problem, texts), at=NOW)
    ForecastNight.objects.update(after="00000000-0000-0000-0000-000000000000", done=0)
    night(clinic)
    assert StoredForecast.objects.count() == 1
    assert kinds(maintained) == sorted(set(kinds(maintained)))


def test_a_course_that_cannot_be_read_is_counted_and_stops_nobody(planned, maintained, clinic, bob):
    done = night(clinic, lambda texts: iter(["There is no baseline."] * len(texts)))
    assert (done.made, done.kept, done.unreadable) == (1, 0, 1)


def test_when_the_window_comes_near_a_prescriber_is_asked_once(maintained, clinic):
    night(clinic)
    day = StoredForecast.objects.get().opens - timedelta(days=3)
    for each in (day, day + timedelta(days=1)):
        night(clinic, day=each, at=NOW + (each - TODAY))
    assert kinds(maintained) == ["forecast.date"]


def test_a_decision_ends_the_task_and_a_nearer_window_opens_another(maintained, clinic, alice, bob):
    night(clinic)
    row = StoredForecast.objects.get()
    near = row.opens - timedelta(days=3)
    night(clinic, day=near, at=NOW + (near - TODAY))
    assert kinds(maintained) == ["forecast.date"]
    decide_date(
        patient=maintained, outcome="accepted", on=None, reason="", seen=known_of(maintained).ground, by=alice, at=NOW
    )  # fmt: skip
    assert "forecast.date" not in kinds(maintained)
    # A rise of the question on suicide, answered low again: no step beyond what was seen to hold.
    for day, total, item_9 in ((110, 7, 1), (112, 6, 0)):
        score(maintained, day, total, bob, item_9=item_9)
    night(clinic, day=TODAY + timedelta(days=1), at=NOW + timedelta(days=1))
    assert "forecast.date" in kinds(maintained)
    task = next(task for task in open_tasks_of(maintained) if task.kind == "forecast.date")
    assert "moved nearer" in task.why
    decided = current_window(maintained, kind=WindowKind.DECIDED)
    forecast = current_window(maintained, kind=WindowKind.FORECAST)
    assert forecast.closes < decided.closes


def test_an_abstention_takes_the_window_back_and_asks_for_a_review(maintained, clinic, bob):
    night(clinic)
    score(maintained, 112, 7, bob, item_9=2)
    night(clinic, day=TODAY + timedelta(days=1), at=NOW + timedelta(days=1))
    assert current_window(maintained, kind=WindowKind.FORECAST) is None
    assert "forecast.review" in kinds(maintained)


@pytest.mark.thorough
def test_a_response_that_is_going_takes_the_window_back_and_asks_for_a_review(maintained, clinic, bob):
    night(clinic)
    for day, total in ((110, 12), (112, 13)):
        score(maintained, day, total, bob)
    night(clinic, day=TODAY + timedelta(days=1), at=NOW + timedelta(days=1))
    assert current_window(maintained, kind=WindowKind.FORECAST) is None
    assert "forecast.review" in kinds(maintained)


@pytest.mark.thorough
def test_several_processes_say_the_same_as_one(maintained):
    text = known_of(maintained).inputs
    with spread_over(workers=2, scheduler="") as spread:
        found = list(spread([text] * 30))
    assert found == [said_or_problem(text)] * 30


@pytest.mark.thorough
def test_a_cluster_that_is_asked_for_and_not_there_is_said():
    with pytest.raises((OSError, RuntimeError)), spread_over(workers=1, scheduler="tcp://127.0.0.1:9"):
        pass


@pytest.mark.thorough
def test_it_is_a_job_of_every_night_for_each_clinic(maintained, clinic, other_clinic, settings):
    settings.FORECAST_WORKERS = 1
    names = [job.name for job in regular_jobs()]
    assert "tenuto.clinic.forecast.regular.forecast_every_night" in names
    forecast_every_night.call()
    for each in (clinic, other_clinic):
        forecast_clinic.call(str(each.pk))
    assert {row.clinic for row in ForecastNight.objects.exclude(ended_at=None)} == {clinic, other_clinic}


@pytest.mark.thorough
def test_by_hand_it_says_how_far_it_has_come(maintained, clinic, settings):
    settings.FORECAST_WORKERS = 1
    said, progress = StringIO(), StringIO()
    call_command("forecast_night", stdout=said, stderr=progress)
    assert f"{clinic.name}: 1 of 1 (100 %)" in progress.getvalue()
    assert f"{clinic.name}: 1 patients, 1 forecasts made, 1 kept, 0 courses" in said.getvalue()
    again = StringIO()
    call_command("forecast_night", stdout=again, stderr=StringIO())
    assert again.getvalue() == said.getvalue(), "the night is over"
