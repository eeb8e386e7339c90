"""A message leaves at least once, whatever dies in between, and a repetition can be told by its key."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from tenuto.clinic.ledger import outbox
from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.models import AuditEvent, OutboxMessage
from tenuto.clinic.ledger.outbox import ATTEMPTS, LEASE, FileSender, NotSent, enqueue, stuck, sweep
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live.sweeper import Sweeper
from tests.clinic.conftest import NOW
from tests.patience import PATIENCE


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class Recorder:
    """A sender that remembers."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []

    def send(self, *, key, kind, payload):
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append((key, kind, payload))


@pytest.fixture
def message(db):
    with transaction.atomic():
        enqueue(key="reminder 1", kind="reminder", payload={"to": "x"}, due_at=NOW)
        record(action="asked for a message", subject=OutboxMessage(), by=SYSTEM, at=NOW)


def test_a_message_leaves_once_and_it_is_on_record(message):
    sender = Recorder()
    assert sweep(now=NOW, sender=sender) == 1
    assert sweep(now=NOW, sender=sender) == 0
    assert sender.sent == [("reminder 1", "reminder", {"to": "x"})]
    assert AuditEvent.objects.get(action="sent message").detail["key"] == "reminder 1"


def test_a_message_is_not_sent_before_it_is_due(message):
    assert sweep(now=NOW - timedelta(seconds=1), sender=Recorder()) == 0


def test_asking_twice_sends_once(message):
    with transaction.atomic():
        enqueue(key="reminder 1", kind="reminder", payload={"to": "x"}, due_at=NOW)
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_without_its_deed_is_refused():
    with pytest.raises(RuntimeError, match="needs the transaction"):
        enqueue(key="x", kind="x", payload={}, due_at=NOW)


def test_killed_between_lease_and_send_it_is_sent_when_the_lease_ran_out(message):
    with pytest.raises(Killed):
        sweep(now=NOW, sender=Recorder(Killed()))
    sender = Recorder()
    assert sweep(now=NOW + LEASE - timedelta(seconds=1), sender=sender) == 0
    assert sweep(now=NOW + LEASE, sender=sender) == 1
    assert len(sender.sent) == 1


def test_killed_between_send_and_mark_the_same_key_comes_again_and_changes_nothing(
    message, tmp_path, monkeypatch
):
    sender = FileSender(tmp_path)

    def killed(*_):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_mark_sent", killed)
        with pytest.raises(Killed):
            sweep(now=NOW, sender=sender)
    (file,) = tmp_path.glob("*.json")
    before = file.stat().st_mtime_ns
    assert sweep(now=NOW + LEASE, sender=sender) == 1
    assert [f.stat().st_mtime_ns for f in tmp_path.iterdir()] == [before]
    assert json.loads(file.read_text())["key"] == "reminder 1"


def test_what_is_not_taken_is_tried_again_later_and_later(message):
    sender = Recorder(NotSent("busy"), NotSent("busy"))
    assert sweep(now=NOW, sender=sender) == 0
    waiting = OutboxMessage.objects.get()
    assert (waiting.problem, waiting.leased_until) == ("busy", NOW + timedelta(minutes=2))
    assert sweep(now=NOW + timedelta(minutes=2), sender=sender) == 0
    assert OutboxMessage.objects.get().leased_until == NOW + timedelta(minutes=6)
    assert sweep(now=NOW + timedelta(minutes=6), sender=sender) == 1
    assert OutboxMessage.objects.get().problem == ""


def test_after_many_attempts_a_person_has_to_look(message):
    now = NOW
    for _ in range(ATTEMPTS):
        now += timedelta(days=1)
        sweep(now=now, sender=Recorder(NotSent("no such number")))
    assert [str(m) for m in stuck()] == ["reminder reminder 1"]
    assert sweep(now=now + timedelta(days=1), sender=Recorder()) == 0


def test_a_message_that_a_sender_chokes_on_keeps_no_other_from_leaving(message, caplog):
    with transaction.atomic():
        enqueue(key="reminder 2", kind="reminder", payload={"to": "y"}, due_at=NOW)
        record(action="asked for a message", subject=OutboxMessage(), by=SYSTEM, at=NOW)
    sender = Recorder(KeyError("to"))
    assert sweep(now=NOW, sender=sender) == 1
    assert [key for key, _, _ in sender.sent] == ["reminder 2"]
    assert OutboxMessage.objects.get(key="reminder 1").problem == "The sender failed: KeyError."
    assert "could not be sent" in caplog.text


def test_a_sender_that_can_not_be_made_does_not_end_the_sweeper(settings, monkeypatch, caplog):
    settings.OUTBOX_SENDER = ("tenuto.clinic.ledger.outbox.NoSuchSender", ())
    monkeypatch.setattr("tenuto.clinic.live.sweeper.close_old_connections", lambda: None)
    Sweeper()._once()
    assert "The sender of the outbox could not be made." in caplog.text


def test_the_sweeper_sends_what_is_due(message, settings, tmp_path, monkeypatch):
    # The test's own transaction lives on this connection.
    monkeypatch.setattr("tenuto.clinic.live.sweeper.close_old_connections", lambda: None)
    settings.OUTBOX_SENDER = ("tenuto.clinic.ledger.outbox.FileSender", (tmp_path / "out",))
    Sweeper()._once()
    assert len(list((tmp_path / "out").glob("*.json"))) == 1


def test_the_sweeper_runs_beside_the_server_and_stops(settings, monkeypatch):
    rounds = threading.Event()
    monkeypatch.setattr(Sweeper, "_once", lambda self: rounds.set())
    sweeper = Sweeper(every=0.01)
    sweeper.start()
    assert rounds.wait(PATIENCE)
    sweeper.stop()
    assert not sweeper._thread.is_alive()


@pytest.mark.django_db
def test_a_database_that_is_away_for_a_moment_stops_nothing(settings, monkeypatch, caplog, tmp_path):
    def away(**_):
        raise OperationalError("away")

    settings.OUTBOX_SENDER = ("tenuto.clinic.ledger.outbox.FileSender", (tmp_path,))
    monkeypatch.setattr("tenuto.clinic.live.sweeper.sweep", away)
    monkeypatch.setattr("tenuto.clinic.live.sweeper.close_old_connections", lambda: None)
    Sweeper()._once()
    assert "could not be swept: away" in caplog.text


def test_without_a_sender_messages_wait(message, settings):
    settings.OUTBOX_SENDER = None
    Sweeper()._once()
    assert OutboxMessage.objects.get().attempts == 0
