"""Strangers who guess: what they send fills neither the audit nor the log with what it should not hold."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from tenuto.clinic.access.glass import UNREVIEWED_AT_MOST, LookedAtTooOften, break_glass, review_glass
from tenuto.clinic.accounts.forms import MOST_OF_NOBODY, MOST_OF_ONE
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.links import api as links
from tenuto.clinic.people.models import BrokenGlass
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db
GUESSES = 300


def guess(username: str) -> None:
    Client().post("/sign-in/", {"username": username, "password": "wrong"})


def failures() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__endswith="failed sign-ins") | AuditEvent.objects.filter(action="failed sign-in"))  # fmt: skip


def test_a_flood_of_unknown_names_does_not_flood_the_audit(record_property):
    for number in range(GUESSES):
        guess(f"nobody-{number}")
    record_property("inputs", GUESSES)
    found = failures()
    assert len(found) == MOST_OF_NOBODY + 1
    assert found[-1].action == "many failed sign-ins"
    assert found[-1].detail == {"within_a_minute": 100}


def test_a_flood_on_one_account_does_not_hide_another(alice, bob):
    for _ in range(MOST_OF_ONE + 5):
        guess("alice")
    guess("bob")
    assert AuditEvent.objects.filter(action="failed sign-in", by_id=str(alice.pk)).count() == MOST_OF_ONE
    assert AuditEvent.objects.filter(action="failed sign-in", by_id=str(bob.pk)).count() == 1


def test_after_the_minute_failures_are_told_again(monkeypatch):
    for _ in range(MOST_OF_NOBODY + 5):
        guess("nobody")
    before = len(failures())
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=2))
    guess("nobody")
    assert len(failures()) == before + 1


@pytest.fixture
def link(ana, alice):
    return links.issue(
        patient=ana,
        purpose="scales",
        expires=NOW + timedelta(days=3),
        single_use=False,
        by=alice,
        at=NOW,
    )


def test_a_wrong_birth_date_leaves_no_token_in_the_log(client, link, caplog, settings):
    token = link.token
    assert client.post(f"/l/{token}/", {"born": str(date(1999, 1, 1))}).status_code == 422
    used = settings.LOGGING["handlers"]["console"]["formatter"]
    formatter = import_string(settings.LOGGING["formatters"][used]["()"])()
    lines = [formatter.format(record) for record in caplog.records]
    assert any("/l/[hidden]" in line for line in lines)
    assert not any(token[:12] in line for line in lines)


def test_a_traceback_keeps_the_token_too(settings):
    formatter = import_string("tenuto.clinic.links.redaction.WithoutLinks")()
    try:
        raise ValueError("at https://clinic.example/l/very-secret-token/?x=1")
    except ValueError as error:
        record = logging.LogRecord("x", 40, "x", 1, "failed", (), (type(error), error, error.__traceback__))
    assert "very-secret" not in formatter.format(record)


def test_glass_is_not_renewed_for_ever(ana, alice, bob, dora):
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    for hour in range(UNREVIEWED_AT_MOST):
        break_glass(patient=ana, reason="Found unresponsive.", by=bob, at=at + timedelta(hours=hour))
    with pytest.raises(LookedAtTooOften, match="a colleague can open it"):
        break_glass(patient=ana, reason="Still unresponsive.", by=bob, at=at + timedelta(hours=5))
    break_glass(patient=ana, reason="I took over.", by=alice, at=at + timedelta(hours=5))
    first = BrokenGlass.objects.filter(staff=bob).order_by("event_number").first()
    review_glass(glass=first.pk, justified=True, note="", by=dora, at=at + timedelta(hours=6))
    break_glass(patient=ana, reason="Once again.", by=bob, at=at + timedelta(hours=6))


def logged(caplog) -> list[str]:
    formatter = import_string("tenuto.clinic.links.redaction.WithoutLinks")()
    return [formatter.format(record) for record in caplog.records]


def test_no_invitation_stands_in_the_log(caplog):
    """Whoever reads the log would choose the password of the person who was invited."""
    browser = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.WARNING):
        browser.post("/invitation/a-secret-of-somebody/", {"password": "x"})
        browser.get("/invitation/a-secret-of-somebody/nowhere/")
    lines = logged(caplog)
    assert any("/invitation/[hidden]" in line for line in lines)
    assert not any("a-secret" in line for line in lines)


@pytest.mark.parametrize(
    "ask",
    [
        {"path": "/" + "a" * 60_000},
        {"path": "/sign-in/", "headers": {"host": "h" * 60_000}},
        {"path": "/sign-in/", "headers": {"host": "evil.example"}},
    ],
)
def test_a_stranger_writes_one_short_line_into_the_log_for_each_request(caplog, ask):
    with caplog.at_level(logging.WARNING):
        Client().get(**ask)
    (line,) = logged(caplog)
    assert len(line) < 600
    assert "\n" not in line
