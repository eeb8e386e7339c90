"""A stranger who knows a user name, and wants a nurse to be kept from her patients (hazards H33 and H35)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

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


# A new browser: she has forgotten her tablet, or the cookies of the ward's computer were cleared.


def guesses_from(addresses, username="bob", times=5):
    for address in addresses:
        for _ in range(times):
            Client(REMOTE_ADDR=address).post(
                "/sign-in/", {"username": username, "password": "a guess of many"}
            )


@pytest.mark.parametrize(
    ("stranger", "nurse"),
    [
        ("198.51.100.7", "203.0.113.9"),
        ("198.51.100.7", "198.51.101.7"),
        ("2001:db8:1::7", "2001:db8:2::7"),
        ("2001:db8:1::7", "203.0.113.9"),
        ("::ffff:198.51.100.7", "::ffff:203.0.113.9"),
    ],
)
def test_a_stranger_of_another_network_keeps_no_new_browser_waiting(bob, stranger, nurse):
    guesses_from([stranger], times=30)
    assert comes_in(Client(REMOTE_ADDR=nurse)).status_code == 302


@pytest.mark.parametrize(
    "near",
    [
        ["198.51.100.7", "198.51.100.200"],
        ["2001:db8:1::7", "2001:db8:1:ffff::9"],
        ["198.51.100.7", "::ffff:198.51.100.8"],
    ],
)
def test_a_stranger_with_many_addresses_of_one_network_has_the_tries_of_one(bob, near):
    guesses_from(near, times=3)
    assert "Too many wrong passwords" in text_of(comes_in(Client(REMOTE_ADDR=near[0])))


def test_a_stranger_of_very_many_networks_has_a_hundred_tries_and_known_browsers_come_in(known, bob):
    networks = [f"10.0.{number}.1" for number in range(20)]
    guesses_from(networks[:19])
    fresh = "203.0.113.9"
    assert comes_in(Client(REMOTE_ADDR=fresh)).status_code == 302
    guesses_from(networks[19:])
    assert "Too many wrong passwords" in text_of(comes_in(Client(REMOTE_ADDR=fresh)))
    assert comes_in(known).status_code == 302


def test_the_wait_of_a_new_browser_begins_once_and_is_not_drawn_out(bob, monkeypatch):
    """The guesses of very many networks make it wait from their first, and no longer for each."""
    guesses_from([f"10.0.{number}.1" for number in range(20)])
    begun = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: begun + timedelta(minutes=4))
    guesses_from(["10.1.0.1"])
    assert "Too many wrong passwords" in text_of(comes_in(Client(REMOTE_ADDR="203.0.113.9")))
    monkeypatch.setattr("django.utils.timezone.now", lambda: begun + timedelta(minutes=6))
    assert comes_in(Client(REMOTE_ADDR="203.0.113.9")).status_code == 302
