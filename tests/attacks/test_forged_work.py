"""Whoever can write the tables, without the key: no message leaves in the clinic's name, and no job is done or kept from being done."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.models import AuditEvent, OutboxMessage
from tenuto.clinic.ledger.outbox import ATTEMPTS, FileSender, enqueue, stuck, sweep
from tenuto.clinic.ledger.sealed import ChangedPastProgram
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live import jobs
from tenuto.clinic.live.jobs import Regular, enqueue_due, job
from tenuto.clinic.live.models import Beat, WorkerSign
from tenuto.clinic.live.worker import Worker, revive
from tests.attacks.test_edited_tables import findings, run_sql
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
DONE: list[str] = []
PUT_IN = (
    "INSERT INTO ledger_outboxmessage (key, kind, payload, due_at, attempts, problem) "
    "VALUES ('mine', 'reminder', '{\"to\": \"x\"}', '2020-01-01 00:00:00', 0, '')"
)


@job
def note(word: str) -> None:
    DONE.append(word)


HOURLY = Regular("note every hour", timedelta(hours=1), note)


@pytest.fixture
def message():
    with transaction.atomic():
        enqueue(key="reminder 1", kind="reminder", payload={"to": "x"}, due_at=NOW)
        record(action="asked for a message", subject=OutboxMessage(), by=SYSTEM, at=NOW)
    assert findings() == []


def sent(folder) -> list[str]:
    sweep(now=NOW, sender=FileSender(folder))
    return sorted(json.loads(file.read_text())["key"] for file in folder.glob("*.json"))


def test_a_message_put_into_the_table_does_not_leave(message, tmp_path):
    run_sql(PUT_IN)
    assert sent(tmp_path) == ["reminder 1"]
    (aside,) = stuck()
    assert (aside.key, aside.attempts) == ("mine", ATTEMPTS)
    assert aside.problem.startswith("Not sent")
    assert AuditEvent.objects.get(action="set a message aside").detail["key"] == "mine"
    assert len(findings()) == 1


CHANGED = {
    "to somebody else": 'payload = \'{"to": "mallory"}\'',
    "of another kind": "kind = 'crisis'",
    "with another key": "key = 'reminder 2'",
}


@pytest.mark.parametrize("how", CHANGED)
def test_a_changed_message_does_not_leave(message, tmp_path, how):
    run_sql(f"UPDATE ledger_outboxmessage SET {CHANGED[how]}")
    assert sent(tmp_path) == []
    assert len(findings()) == 1


HIDDEN = {
    "taken out": "DELETE FROM ledger_outboxmessage",
    "called sent": "UPDATE ledger_outboxmessage SET sent_at = '2026-01-01 00:00:00'",
    "due in a hundred years": "UPDATE ledger_outboxmessage SET due_at = '2126-01-01 00:00:00'",
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_message_that_is_kept_from_leaving_is_named(message, tmp_path, how):
    run_sql(HIDDEN[how])
    assert sent(tmp_path) == []
    assert len(findings()) == 1


def test_a_lease_for_a_hundred_years_holds_nothing_up(message, tmp_path):
    run_sql("UPDATE ledger_outboxmessage SET leased_until = '2126-01-01 00:00:00'")
    assert sent(tmp_path) == ["reminder 1"]


def test_a_message_that_was_tried_often_is_told_to_a_person(message, tmp_path):
    run_sql("UPDATE ledger_outboxmessage SET attempts = 99")
    assert sent(tmp_path) == []
    assert [str(one) for one in stuck()] == ["reminder reminder 1"]


def test_a_key_that_was_put_in_before_is_not_taken_for_the_message(message):
    run_sql(PUT_IN.replace("mine", "reminder 7"))
    with pytest.raises(ChangedPastProgram), transaction.atomic():
        enqueue(key="reminder 7", kind="reminder", payload={"to": "x"}, due_at=NOW)


@pytest.mark.parametrize("rubbish", ["payload = '{'", "due_at = '1'", "sent_at = NULL, leased_until = '1'"])
def test_a_message_that_cannot_be_read_stops_no_other(message, tmp_path, rubbish):
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL takes nothing into a column that is not of its type")
    run_sql(PUT_IN)
    run_sql(f"UPDATE ledger_outboxmessage SET {rubbish} WHERE key = 'mine'")
    sent(tmp_path)
    assert sent(tmp_path) == ["reminder 1"]
    assert OutboxMessage.objects.filter(attempts=ATTEMPTS, sent_at=None).count() == 1


@pytest.fixture
def worker():
    DONE.clear()
    made = Worker(every=0.01, interval=0)
    for jobs_of in made._lists:
        jobs_of.batch = True
    return made


def put_in_job(**columns: str) -> None:
    values = {
        "id": f"'{uuid.uuid4().hex}'",
        "status": "'READY'",
        "enqueued_at": "'2026-01-01 00:00:00'",
        "args_kwargs": '\'{"args": ["forged"], "kwargs": {}}\'',
        "priority": "9",
        "task_path": "'tests.attacks.test_forged_work.note'",
        "worker_ids": "'[]'",
        "queue_name": "'default'",
        "backend_name": "'default'",
        "run_after": "'2026-01-01 00:00:00'",
        "return_value": "NULL",
        "exception_class_path": "''",
        "traceback": "''",
    } | columns
    run_sql(
        f"INSERT INTO django_tasks_database_dbtaskresult ({', '.join(values)}) VALUES ({', '.join(values.values())})"
    )


FORGED = {
    "a job put in": {},
    "a seal made up": {"args_kwargs": '\'{"args": ["forged"], "kwargs": {}, "seal": "0000"}\''},
    "a seal of another kind": {"args_kwargs": '\'{"args": ["forged"], "kwargs": {}, "seal": [1]}\''},
    "a module to be loaded": {"task_path": "'antigravity.flights'"},
    "a function that is no job": {"task_path": "'os.getcwd'"},
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_job_is_not_done(worker, how, monkeypatch):
    monkeypatch.setattr("django_tasks_db.models.import_string", lambda path: DONE.append(f"loaded {path}"))
    put_in_job(**FORGED[how])
    worker._lists[0].run()
    assert DONE == []
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


def test_a_job_with_other_arguments_is_not_done(worker):
    note.enqueue("asked for")
    row = DBTaskResult.objects.get()
    DBTaskResult.objects.update(args_kwargs={**row.args_kwargs, "args": ["forged"]})
    worker._lists[0].run()
    assert DONE == []


def test_a_seal_of_one_job_is_none_of_another(worker):
    note.enqueue("asked for")
    kept = DBTaskResult.objects.get().args_kwargs
    DBTaskResult.objects.all().delete()
    put_in_job(args_kwargs=f"'{json.dumps(kept)}'")
    worker._lists[0].run()
    assert DONE == []


def test_a_job_of_the_program_is_done_also_under_the_next_secret(worker, settings):
    note.enqueue("asked for")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    worker._lists[0].run()
    assert DONE == ["asked for"]


RUBBISH = {
    "arguments": {"args_kwargs": "'{'"},
    "arguments of another kind": {"args_kwargs": "'[]'"},
    "workers": {"worker_ids": "'7'"},
    "a moment": {"enqueued_at": "'x'"},
    "an id": {"id": "'x'"},
    "workers of a running one": {"worker_ids": "'{'", "status": "'RUNNING'"},
}


@pytest.mark.parametrize("what", RUBBISH)
def test_a_job_that_cannot_be_read_stops_no_other(worker, what, monkeypatch):
    of_json_only = what in ("arguments of another kind", "workers")
    if connection.vendor == "postgresql" and not of_json_only:
        pytest.skip("PostgreSQL takes nothing into a column that is not of its type")
    monkeypatch.setattr("tenuto.clinic.live.worker.close_old_connections", lambda: None)
    put_in_job(**RUBBISH[what])
    note.enqueue("asked for")
    rounds = iter(range(6))
    monkeypatch.setattr(worker._stopped, "is_set", lambda: next(rounds, None) is None)
    monkeypatch.setattr(worker._stopped, "wait", lambda _: next(rounds, None) is None)
    worker._watch()
    rounds = iter(range(6))
    worker._work(worker._lists[0])
    assert DONE == ["asked for"]


@pytest.fixture
def _hourly(monkeypatch):
    monkeypatch.setattr(jobs, "_regular", {HOURLY.name: HOURLY})
    monkeypatch.setattr(type(note), "enqueue", lambda self: DONE.append("put on the list"))
    DONE.clear()


@pytest.mark.usefixtures("_hourly")
@pytest.mark.parametrize("turn", [2**62, 10**6])
def test_a_turn_far_ahead_keeps_no_job_from_being_done(turn):
    """Late tasks of safety are given on by such a job."""
    Beat.objects.create(job=HOURLY.name, turn=turn)
    assert enqueue_due(NOW) == [HOURLY.name]
    assert enqueue_due(NOW) == []


def test_a_worker_that_lives_for_ever_keeps_no_job(worker):
    note.enqueue("asked for")
    DBTaskResult.objects.get().claim("immortal")
    WorkerSign.objects.create(worker="immortal", seen_at=timezone.now() + timedelta(days=36500))
    assert revive(timezone.now()) == 1
