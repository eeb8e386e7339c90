"""Open sessions of a person end when a second factor is reset, a password is changed or an account is closed (H33, H35)."""

from __future__ import annotations

import pytest

from tenuto.clinic.accounts.demo_code import give_second_factor
from tenuto.clinic.accounts.enrol import reset_second_factor
from tenuto.clinic.accounts.sessions import end_sessions
from tests.clinic.conftest import NOW, PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGE = "/worklist/"


def is_open(browser) -> bool:
    return browser.get(PAGE).status_code == 200


@pytest.mark.parametrize("engine", ["db", "cache", "signed_cookies"])
def test_a_reset_ends_every_session_wherever_sessions_are_kept(visit, alice, dora, settings, engine):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    give_second_factor(alice, secret=SECRET)
    tablet, desk = visit(alice), visit(alice)
    assert is_open(tablet)
    assert is_open(desk)
    reset_second_factor(staff=alice, by=dora, at=NOW)
    for browser in (tablet, desk):
        assert browser.get(PAGE)["Location"] == f"/sign-in/?next={PAGE}"


def test_who_resets_and_everyone_else_stays_in(visit, alice, bob, dora):
    give_second_factor(alice, secret=SECRET)
    theirs, director, nurse = visit(alice), visit(dora), visit(bob)
    director.post(f"/staff/{alice.pk}/", {"action": "reset"})
    assert not is_open(theirs)
    assert is_open(director)
    assert is_open(nurse)


def test_an_ended_session_does_not_write_either(visit, alice, dora, ana):
    browser = visit(alice)
    reset_second_factor(staff=alice, by=dora, at=NOW)
    answer = browser.post("/lock/")
    assert answer["Location"].startswith("/sign-in/")


def test_signing_in_again_begins_a_session_that_the_next_reset_ends(visit, alice, dora):
    """Twice within one moment of the clock, which stands still here."""
    give_second_factor(alice, secret=SECRET)
    reset_second_factor(staff=alice, by=dora, at=NOW)
    give_second_factor(alice, secret=SECRET)
    browser = visit()
    assert browser.post("/sign-in/", {"username": "alice", "password": PASSWORD}).status_code == 302
    assert is_open(browser)
    reset_second_factor(staff=alice, by=dora, at=NOW)
    assert not is_open(browser)


def test_a_password_set_by_another_ends_every_session(visit, alice):
    """As `tenuto manage changepassword` does."""
    browser = visit(alice)
    alice.set_password("another long quiet note")
    alice.save()
    assert not is_open(browser)


def test_changing_ones_own_password_ends_all_sessions_but_this_one(visit, bob):
    here, elsewhere = visit(), visit(bob)
    assert here.post("/sign-in/", {"username": "bob", "password": PASSWORD}).status_code == 302
    session = here.session
    session["has_second_factor"] = True
    session.save()
    new = "another long quiet note"
    changed = here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert changed.status_code == 302
    assert is_open(here)
    assert not is_open(elsewhere)


def test_a_session_of_a_closed_account_stays_ended_when_it_opens_again(visit, alice, dora):
    browser, director = visit(alice), visit(dora)
    for action in ("close", "reopen"):
        director.post(f"/staff/{alice.pk}/", {"action": action})
    alice.refresh_from_db()
    assert alice.is_active
    assert not is_open(browser)


def test_a_session_outlives_a_new_secret_of_the_server(visit, alice, settings):
    """Until it is ended: the earlier secret opens only what the account still allows."""
    browser, other = visit(alice), visit(alice)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new secret of the server"
    assert is_open(browser)
    end_sessions(alice)
    assert not is_open(browser)
    assert not is_open(other)
