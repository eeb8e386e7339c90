"""After quiet minutes the session locks; nothing typed is lost (hazard H33)."""

from __future__ import annotations

import time

import pytest

from tenuto.clinic.accounts.pace import PAUSE_SECONDS
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import PASSWORD

JSON = {"Accept": "application/json"}


@pytest.fixture
def quiet(visit, alice, settings):
    """Alice's browser after she was away."""
    browser = visit(alice)
    session = browser.session
    session["seen_at"] = time.time() - settings.LOCK_AFTER_SECONDS - 1
    session.save()
    return browser


def test_a_quiet_session_shows_nothing_of_a_patient(quiet, ana):
    text = quiet.get(f"/patients/{ana.pk}/plan/").content.decode()
    assert "<h1>Locked</h1>" in text
    assert ana.name not in text
    assert AuditEvent.objects.filter(action="locked").count() == 1
    assert not AuditEvent.objects.filter(kind="read").exists()


def test_the_password_leads_back_to_the_same_page(quiet, ana):
    page = f"/patients/{ana.pk}/plan/"
    quiet.get(page)
    assert quiet.post("/unlock/", {"password": PASSWORD, "next": page})["Location"] == page
    assert ana.name in quiet.get(page).content.decode()
    assert AuditEvent.objects.filter(action="unlocked").count() == 1


def test_a_wrong_password_keeps_it_locked_and_is_recorded(quiet):
    quiet.get("/")
    answer = quiet.post("/unlock/", {"password": "guess", "next": "/"})
    assert (answer.status_code, b"does not match" in answer.content) == (403, True)
    assert b"<h1>Locked</h1>" in quiet.get("/").content
    assert AuditEvent.objects.filter(action="failed unlock").count() == 1


@pytest.fixture
def pauses(monkeypatch):
    """The seconds for which answers were held back; nobody waits for them here."""
    held = []
    monkeypatch.setattr("tenuto.clinic.accounts.pace.time.sleep", held.append)
    return held


def test_guessing_is_slowed_down_and_the_right_password_is_not(quiet, pauses):
    for _ in range(5):
        quiet.post("/unlock/", {"password": "guess"})
    assert pauses == []
    quiet.post("/unlock/", {"password": "guess"})
    assert pauses == [PAUSE_SECONDS]
    assert quiet.post("/unlock/", {"password": PASSWORD}).status_code == 302


def test_a_form_that_arrives_locked_is_carried_through(quiet, ana):
    form = {"reason": "typed for twenty minutes", "days": ["mon", "wed"]}
    asked = quiet.post(f"/patients/{ana.pk}/break-glass/", form).content.decode()
    assert 'name="kept-reason" value="typed for twenty minutes"' in asked
    kept = {"kept-reason": "typed for twenty minutes", "kept-days": ["mon", "wed"]}
    sent = {"next": f"/patients/{ana.pk}/break-glass/", "resend": "yes", **kept}
    wrong = quiet.post("/unlock/", {**sent, "password": "guess"}).content.decode()
    assert 'name="kept-days" value="wed"' in wrong
    again = quiet.post("/unlock/", {**sent, "password": PASSWORD}).content.decode()
    assert "not saved yet" in again
    assert 'name="reason" value="typed for twenty minutes"' in again
    assert f'action="/patients/{ana.pk}/break-glass/"' in again


def test_a_script_keeps_its_page(visit, alice):
    browser = visit(alice)
    assert browser.post("/lock/", headers=JSON).status_code == 204
    assert browser.get("/", headers=JSON).status_code == 403
    refused = browser.post("/unlock/", {"password": "guess"}, headers=JSON)
    assert (refused.status_code, refused["Content-Type"]) == (403, "text/plain")
    assert browser.post("/unlock/", {"password": PASSWORD}, headers=JSON).status_code == 204
    assert browser.get("/").status_code == 200


def test_nobody_is_led_elsewhere_by_unlocking(quiet):
    assert quiet.post("/unlock/", {"password": PASSWORD, "next": "//elsewhere.example"})["Location"] == "/"


def test_who_is_there_is_not_locked(visit, alice, settings):
    browser = visit(alice)
    session = browser.session
    session["seen_at"] = time.time() - settings.LOCK_AFTER_SECONDS + 5
    session.save()
    assert browser.post("/here/").status_code == 204
    assert browser.session["seen_at"] > time.time() - 5


def test_the_clock_of_a_page_does_not_count_as_someone(visit, alice, settings):
    browser = visit(alice)
    session = browser.session
    before = session["seen_at"] = time.time() - settings.LOCK_AFTER_SECONDS + 5
    session.save()
    browser.get("/", headers={"Tenuto-Background": "yes"})
    assert browser.session["seen_at"] == before


def test_a_locked_person_can_sign_out(quiet):
    quiet.get("/")
    assert quiet.post("/sign-out/")["Location"] == "/sign-in/"


def test_an_unknown_address_is_locked_too(quiet):
    assert b"<h1>Locked</h1>" in quiet.get("/nowhere/").content


def test_every_page_knows_when_to_lock(visit, alice, settings):
    text = visit(alice).get("/").content.decode()
    assert f'data-lock-after="{settings.LOCK_AFTER_SECONDS}"' in text
    assert 'id="session"' not in visit().get("/sign-in/").content.decode()
