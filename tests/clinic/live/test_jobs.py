"""Jobs are done once, by someone, whoever dies."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.live import jobs
from tenuto.clinic.live.housekeeping import KEPT, clear_done_jobs
from tenuto.clinic.live.jobs import Regular, enqueue_due, for_each_clinic, job, long_job, regular_jobs
from tenuto.clinic.live.models import WorkerSign
from tenuto.clinic.live.worker import SILENCE, TRIES, Worker, failed_jobs, revive, sign_of_life
from tests.clinic.conftest import NOW
from tests.patience import PATIENCE

DONE: list[str] = []


@job
def note(word: str) -> None:
    DONE.append(word)


@job
def fail() -> None:
    raise ValueError("the other side is gone")


HOURLY = Regular("note every hour", timedelta(hours=1), note)


@pytest.fixture(autouse=True)
def _nothing_done():
    DONE.clear()


@pytest.fixture
def _hourly(monkeypatch):
    monkeypatch.setattr(jobs, "_regular", {HOURLY.name: HOURLY})


def do_all(worker: Worker) -> None:
    for jobs_of in worker._lists:
        jobs_of.batch = True
        jobs_of.run()


@pytest.mark.django_db
def test_a_job_that_is_rolled_back_was_never_asked_for():
    with transaction.atomic():
        note.enqueue("lost")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_hourly")
def test_a_regular_job_is_put_on_the_list_once_in_each_period(monkeypatch):
    monkeypatch.setattr(type(note), "enqueue", lambda self: DONE.append("put on the list"))
    assert [enqueue_due(NOW), enqueue_due(NOW + timedelta(minutes=29))] == [[HOURLY.name], []]
    assert enqueue_due(NOW + timedelta(minutes=31)) == [HOURLY.name]
    assert enqueue_due(NOW) == [], "a clock that runs backwards asks for nothing twice"
    assert len(DONE) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_hourly")
def test_a_regular_job_that_still_waits_is_not_put_on_the_list_again():
    for hours in range(3):
        enqueue_due(NOW + timedelta(hours=hours))
    assert DBTaskResult.objects.count() == 1


@long_job
def take_long() -> None:
    DONE.append("long")


@pytest.mark.django_db(transaction=True)
def test_what_takes_minutes_waits_on_a_list_of_its_own():
    take_long.enqueue()
    note.enqueue("quick")
    worker = Worker(every=0.01, interval=0)
    for jobs_of, done in zip(worker._lists, (["quick"], ["quick", "long"]), strict=True):
        jobs_of.batch = True
        jobs_of.run()
        assert done == DONE


@pytest.mark.django_db
def test_what_goes_wrong_in_one_clinic_keeps_no_other_from_its_turn(clinic, other_clinic, caplog):
    def work(each):
        DONE.append(each.name)
        if each == clinic:
            raise ValueError("of one patient")

    with pytest.raises(ExceptionGroup):
        for_each_clinic(work)
    assert sorted(DONE) == sorted([clinic.name, other_clinic.name])
    assert "failed for one clinic" in caplog.text


def test_the_clearing_of_done_jobs_is_a_regular_job():
    assert clear_done_jobs in [regular.task for regular in regular_jobs()]


@pytest.mark.django_db
def test_the_jobs_of_a_dead_worker_are_done_by_another():
    note.enqueue("once")
    result = DBTaskResult.objects.get()
    result.claim("dead")
    sign_of_life("dead", NOW - SILENCE - timedelta(seconds=1))
    assert revive(NOW) == 1
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY


@pytest.mark.django_db
def test_the_job_of_a_living_worker_is_left_to_it():
    note.enqueue("once")
    DBTaskResult.objects.get().claim("alive")
    sign_of_life("alive", NOW - SILENCE + timedelta(seconds=1))
    assert revive(NOW) == 0


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_given_up_and_seen():
    note.enqueue("deadly")
    for attempt in range(TRIES):
        DBTaskResult.objects.get().claim(f"worker {attempt}")
        revive(NOW)
    assert [result.task_path for result in failed_jobs()] == [f"{__name__}.note"]


@pytest.mark.django_db
def test_old_done_jobs_are_forgotten_and_failed_ones_stay():
    for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        note.enqueue("old")
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
            status=status, finished_at=NOW - KEPT - timedelta(days=1)
        )
    clear_done_jobs.call()
    assert [result.status for result in DBTaskResult.objects.all()] == [TaskResultStatus.FAILED]


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_is_on_the_list():
    note.enqueue("first")
    fail.enqueue()
    note.enqueue("second")
    do_all(Worker())
    assert DONE == ["first", "second"]
    assert [result.exception_class_path for result in failed_jobs()] == ["builtins.ValueError"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_signs_of_life_while_it_runs(monkeypatch):
    rounds = []
    monkeypatch.setattr(Worker, "_work", lambda self, jobs: None)
    monkeypatch.setattr("tenuto.clinic.live.worker.enqueue_due", rounds.append)
    monkeypatch.setattr("tenuto.clinic.live.worker.close_old_connections", lambda: None)
    worker = Worker(every=0.01)
    worker.start()
    assert WorkerSign.objects.filter(worker=worker.name).exists()
    deadline = time.monotonic() + PATIENCE
    while not rounds and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.stop()
    assert rounds
    assert not WorkerSign.objects.exists()
