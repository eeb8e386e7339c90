"""Whoever signs sets up a second factor at the first sign-in, and comes nowhere else before."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from tenuto.clinic.people import throttle
from tenuto.clinic.people.demo_code import PERIOD, code_of, give_second_factor
from tenuto.clinic.people.enrol import must_have_second_factor
from tenuto.clinic.people.models import Role
from tenuto.clinic.people.roles import SIGNING_ROLES
from tests.clinic.conftest import PASSWORD, _hired
from tests.clinic.test_crawl import ALL, address

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SETTING_UP = "/account/second-factor/totp/activate/"


def arrives(staff) -> Client:
    """A browser after the password; unlike `visit`, nothing says that a second factor is there."""
    browser = Client()
    answer = browser.post("/sign-in/", {"username": staff.username, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def test_who_signs_is_led_to_setting_one_up(alice):
    browser = arrives(alice)
    answer = browser.get("/worklist/")
    assert answer["Location"] == f"{SETTING_UP}?next=%2Fworklist%2F"
    page = browser.get(answer["Location"]).content.decode()
    assert "Your role signs. Set up a second factor now" in page
    assert reverse("mfa_add_webauthn") in page


def test_no_address_leads_past_it(alice, ana):
    browser, open_to_all = arrives(alice), set()
    for route, name, _ in ALL:
        if name.split(":")[-1].startswith(("mfa_", "account_")) or name in ("people:sign-out", "people:lock"):
            continue
        for send in (browser.get, browser.post):
            answer = send(address(route, ana.pk))
            if not (answer.status_code == 302 and answer["Location"].startswith(SETTING_UP)):
                open_to_all.add(name)
    assert open_to_all == {"people:unlock", "people:here", "ui:theme"}


def test_after_setting_up_everything_is_open(alice):
    browser = arrives(alice)
    page = browser.get(SETTING_UP)
    secret = page.context["form"].secret
    done = browser.post(SETTING_UP, {"code": format_hotp_value(hotp_value(secret, _counter()))})
    assert done.status_code == 302
    assert browser.get("/worklist/").status_code == 200
    assert Authenticator.objects.filter(user=alice, type="totp").exists()


def _counter() -> int:
    return int(time.time()) // PERIOD


def test_who_has_one_goes_straight_in(alice):
    give_second_factor(alice, secret=SECRET)
    browser = arrives(alice)
    assert browser.get("/worklist/").status_code == 200


def test_who_takes_the_last_one_away_is_led_back(alice):
    give_second_factor(alice, secret=SECRET)
    browser = arrives(alice)
    assert browser.get("/worklist/").status_code == 200
    assert browser.post("/account/second-factor/totp/deactivate/").status_code == 302
    # Taking it away needs it once more: the password of this morning is not enough.
    assert Authenticator.objects.filter(user=alice, type="totp").exists()
    browser.post("/account/second-factor/reauthenticate/", {"code": code_of(alice).code})
    browser.post("/account/second-factor/totp/deactivate/")
    assert not Authenticator.objects.filter(user=alice, type="totp").exists()
    assert browser.get("/worklist/")["Location"].startswith(SETTING_UP)


def test_recovery_codes_alone_are_no_second_factor(alice):
    Authenticator.objects.create(user=alice, type="recovery_codes", data={})
    assert arrives(alice).get("/worklist/")["Location"].startswith(SETTING_UP)


def test_roles_that_sign_nothing_may_do_without(clinic, settings):
    assert {*Role} - SIGNING_ROLES == {Role.COORDINATOR, Role.AUDITOR}
    cora = _hired(clinic, "cora", Role.COORDINATOR)
    assert arrives(cora).get("/worklist/").status_code == 200
    settings.SECOND_FACTOR_FOR = "everyone"
    assert must_have_second_factor(cora)
    assert arrives(cora).get("/worklist/")["Location"].startswith(SETTING_UP)


def test_a_locked_session_unlocks_before_it_is_led_anywhere(alice):
    browser = arrives(alice)
    browser.post("/lock/")
    assert "Enter your password" in browser.get("/worklist/").content.decode()


def test_wrong_codes_wait_in_every_process(charlie):
    TOTP.activate(charlie, SECRET)
    browser = Client()
    asked = browser.post("/sign-in/", {"username": "charlie", "password": PASSWORD})["Location"]
    for _ in range(5):
        browser.post(asked, {"code": "000000"})
    right = format_hotp_value(hotp_value(SECRET, _counter()))
    told = browser.post(asked, {"code": right}).content.decode()
    assert "Too many wrong codes. Wait 5 minutes" in told
    assert throttle.must_wait(f"second factor {charlie.pk}")


def test_the_demonstration_shows_its_codes_as_before(alice, settings):
    give_second_factor(alice, secret=SECRET)
    assert code_of(alice) is not None
    settings.PRODUCTION = True
    assert code_of(alice) is None
