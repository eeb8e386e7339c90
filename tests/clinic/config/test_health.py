"""What a proxy and a supervisor are told."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from tenuto.clinic.config import health
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.models import AuditEvent


@pytest.fixture(autouse=True)
def _as_a_new_process(monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())


def test_a_server_that_can_work_says_so_to_a_stranger_and_keeps_nothing(client, clinic):
    before = AuditEvent.objects.count()
    for address, text in (("/healthz", "lives\n"), ("/readyz", "ready\n")):
        answer = client.get(address)
        assert (answer.status_code, answer.content.decode()) == (200, text)
        assert "no-store" in answer["Cache-Control"]
        assert not answer.cookies
    assert AuditEvent.objects.count() == before
    assert client.post("/readyz").status_code == 405


def test_a_database_that_does_not_answer_is_not_ready_and_the_process_lives(client, db, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("could not connect to server at 10.0.0.5")

    with monkeypatch.context() as down:
        down.setattr(connection, "cursor", refuse)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content.decode()) == (503, "not ready: database\n")
    assert client.get("/healthz").status_code == 200


def test_waiting_migrations_are_not_ready_until_they_are_done(client, db, monkeypatch):
    waiting = [("people", "9999_later")]
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: list(waiting))
    assert client.get("/readyz").content.decode() == "not ready: migrations\n"
    waiting.clear()
    assert client.get("/readyz").content.decode() == "ready\n"


def test_an_anchor_that_cannot_be_written_is_said_and_stops_nothing(client, db, monkeypatch):
    monkeypatch.setitem(
        anchor._problems, "the anchor file", "The anchor file can't be used: /srv/secret-place is full."
    )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content.decode()) == (200, "ready; look at: audit\n")


def test_they_answer_over_http_behind_a_supervisor(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/readyz").status_code == 200
    assert client.get("/sign-in/").status_code == 301
