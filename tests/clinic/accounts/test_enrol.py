"""Whoever signs sets up a second factor at the first sign-in, and comes nowhere else before."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from tenuto.clinic.access.api import change_care_team, restrict
from tenuto.clinic.accounts import throttle
from tenuto.clinic.accounts.demo_code import PERIOD, code_of, give_second_factor
from tenuto.clinic.accounts.enrol import must_have_second_factor, reset_second_factor
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.roles import SIGNING_ROLES
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import NOW, PASSWORD, hired
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
        if name.split(":")[-1].startswith(("mfa_", "account_")) or name in (
            "accounts:sign-out",
            "accounts:lock",
        ):
            continue
        for send in (browser.get, browser.post):
            answer = send(address(route, ana.pk))
            if not (answer.status_code == 302 and answer["Location"].startswith(SETTING_UP)):
                open_to_all.add(name)
    assert open_to_all == {"accounts:unlock", "accounts:here", "ui:theme"}


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
    carol = hired(clinic, "carol", Role.COORDINATOR)
    assert arrives(carol).get("/worklist/").status_code == 200
    settings.SECOND_FACTOR_FOR = "everyone"
    assert must_have_second_factor(carol)
    assert arrives(carol).get("/worklist/")["Location"].startswith(SETTING_UP)


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


# ---- a lost phone (hazard H35) ----------------------------------------------------------------------------------------
def test_a_lost_phone_is_reset_by_the_medical_director(clinic, alice, visit):
    give_second_factor(alice, secret=SECRET)
    Authenticator.objects.create(user=alice, type="recovery_codes", data={})
    dora = hired(clinic, "dora", Role.MEDICAL_DIRECTOR)
    assert visit(dora).post(f"/staff/{alice.pk}/", {"action": "reset"}).status_code == 302
    assert not Authenticator.objects.filter(user=alice).exists()
    event = AuditEvent.objects.get(action="reset second factor")
    assert (event.by_id, event.subject_id) == (str(dora.pk), str(alice.pk))
    assert arrives(alice).get("/worklist/")["Location"].startswith(SETTING_UP)


def test_nobody_resets_their_own_or_another_clinics(clinic, alice, charlie, visit):
    dora = hired(clinic, "dora", Role.MEDICAL_DIRECTOR)
    for staff in (dora, charlie):
        TOTP.activate(staff, SECRET)
        visit(dora).post(f"/staff/{staff.pk}/", {"action": "reset"})
        assert Authenticator.objects.filter(user=staff).exists(), staff
    assert visit(alice).post(f"/staff/{dora.pk}/", {"action": "reset"}).status_code == 403
    with pytest.raises(PermissionError):
        reset_second_factor(staff=charlie, by=dora, at=NOW)


def test_reading_in_an_emergency_asks_for_no_second_factor(alice, bob, ana, clinic):
    """The phone is in the locker: who is signed in breaks the glass and reads, with a reason and nothing else."""
    give_second_factor(bob, secret=SECRET)
    browser = arrives(bob)
    dora = hired(clinic, "dora", Role.MEDICAL_DIRECTOR)
    change_care_team(patient=ana, staff=alice, member=True, by=dora, at=NOW)
    restrict(patient=ana, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    url = f"/patients/{ana.pk}/intake/"
    answer = browser.post(
        f"/patients/{ana.pk}/break-glass/", {"reason": "Found unresponsive.", "next": url}, follow=True
    )
    assert answer.redirect_chain == [(url, 302)]
    assert ana.name in answer.content.decode()


def test_a_recovery_code_comes_in_when_the_phone_is_lost(charlie):
    TOTP.activate(charlie, SECRET)
    RecoveryCodes.activate(charlie)
    code = Authenticator.objects.get(user=charlie, type="recovery_codes").wrap().get_unused_codes()[0]
    browser = Client()
    asked = browser.post("/sign-in/", {"username": "charlie", "password": PASSWORD})["Location"]
    assert browser.post(asked, {"code": code}).status_code == 302
    assert browser.get("/worklist/").status_code == 200
