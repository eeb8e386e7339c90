"""A stranger who knows a user name, and wants a nurse to be kept from her patients (hazards H33 and H35)."""

from __future__ import annotations

import threading

import pytest
from django.test import Client

from tenuto.clinic.accounts.devices import COOKIE
from tenuto.clinic.accounts.pace import PAUSE_SECONDS, one_try_at_a_time
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import PASSWORD
from tests.clinic.intake.conftest import text_of


@pytest.fixture
def pauses(monkeypatch):
    """The seconds for which answers were held back; nobody waits for them here."""
    held = []
    monkeypatch.setattr("tenuto.clinic.accounts.pace.time.sleep", held.append)
    return held


def guesses(browser, times, username="bob"):
    for _ in range(times):
        browser.post("/sign-in/", {"username": username, "password": "a guess of many"})


def comes_in(browser, username="bob"):
    return browser.post("/sign-in/", {"username": username, "password": PASSWORD})


@pytest.fixture
def known(bob):
    """The browser in which Bob signed in yesterday, signed out."""
    browser = Client()
    assert comes_in(browser).status_code == 302
    browser.post("/sign-out/")
    return browser


def test_a_locked_tablet_opens_however_often_a_stranger_tried(visit, bob):
    tablet = visit(bob)
    tablet.post("/lock/")
    guesses(Client(), 50)
    assert tablet.post("/unlock/", {"password": PASSWORD}).status_code == 302
    assert tablet.get("/worklist/").status_code == 200


def test_wrong_passwords_at_one_tablet_do_not_slow_another_or_the_door(visit, bob, pauses, known):
    one, other = visit(bob), visit(bob)
    for browser in (one, other):
        browser.post("/lock/")
    for _ in range(30):
        one.post("/unlock/", {"password": "guess"})
    pauses.clear()
    assert other.post("/unlock/", {"password": PASSWORD}).status_code == 302
    other.post("/lock/")
    other.post("/unlock/", {"password": "guess"})
    assert pauses == []
    assert comes_in(known).status_code == 302
    assert comes_in(Client()).status_code == 302


def test_the_right_password_opens_after_any_number_of_wrong_ones(visit, bob, pauses):
    tablet = visit(bob)
    tablet.post("/lock/")
    for _ in range(100):
        assert tablet.post("/unlock/", {"password": "guess"}).status_code == 403
    assert pauses == [PAUSE_SECONDS] * 95
    assert tablet.post("/unlock/", {"password": PASSWORD}).status_code == 302
    assert AuditEvent.objects.filter(action="failed unlock").count() == 100


def test_while_a_wrong_one_is_held_back_no_other_is_looked_at(visit, bob):
    """A hundred tries at once are one."""
    tablet = visit(bob)
    tablet.post("/lock/")
    session = tablet.session.session_key
    with one_try_at_a_time(session) as alone:
        assert alone
        answer = tablet.post("/unlock/", {"password": PASSWORD})
    assert (answer.status_code, "Another try of this browser" in text_of(answer)) == (403, True)
    assert tablet.post("/unlock/", {"password": PASSWORD}).status_code == 302


def test_one_try_at_a_time_holds_between_threads():
    looked_at, together = [], threading.Barrier(8)

    def tries():
        together.wait()
        with one_try_at_a_time("a session") as alone:
            looked_at.append(alone)
            together.wait()

    threads = [threading.Thread(target=tries) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(looked_at) == [False] * 7 + [True]


def test_who_came_in_by_a_browser_comes_in_by_it_though_a_stranger_guesses(known, bob):
    guesses(Client(), 20)
    assert "Too many wrong passwords" in text_of(comes_in(Client()))
    assert comes_in(known).status_code == 302


def test_the_browser_itself_has_a_handful_of_tries(known, bob):
    guesses(known, 5)
    assert "Too many wrong passwords" in text_of(comes_in(known))


def test_a_known_browser_gives_no_tries_for_other_names(known, alice):
    guesses(known, 5, "alice")
    assert "Too many wrong passwords" in text_of(comes_in(Client(), "alice"))


@pytest.mark.parametrize("cookie", ["", "x", "eyJ9:1:x", "W10:1uQ:made-up", "é", "a" * 3000])
def test_a_made_up_cookie_is_a_strangers(bob, cookie):
    stranger = Client()
    stranger.cookies[COOKIE] = cookie
    guesses(stranger, 5)
    assert "Too many wrong passwords" in text_of(comes_in(Client()))
