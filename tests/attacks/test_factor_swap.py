"""A locked tablet and its owner's password, and no second factor: nothing about second factors changes (hazard H35)."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.reauthenticate import last_second_factor
from tests.clinic.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGES = "/account/second-factor/"
GIVE = f"{PAGES}reauthenticate/"


@pytest.fixture
def codes(alice):
    """Alice's recovery codes, next to her app and a passkey."""
    give_second_factor(alice, secret=SECRET)
    Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Her key", "credential": {}})
    return RecoveryCodes.activate(alice).get_unused_codes()


@pytest.fixture
def tablet(visit, alice, codes):
    """Her locked tablet in the hands of someone who saw her type the password; she gave a code just before."""
    browser = visit(alice)
    browser.post(GIVE, {"code": code_of(alice).code})
    browser.post("/lock/")
    assert browser.post("/unlock/", {"password": PASSWORD}).status_code == 302
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def factors(staff) -> str:
    found = Authenticator.objects.filter(user=staff).order_by("pk")
    return json.dumps([[row.pk, row.type, row.data] for row in found], sort_keys=True)


def changes(staff) -> list[str]:
    key = Authenticator.objects.get(user=staff, type="webauthn").pk
    return [
        "totp/activate/", "totp/deactivate/", "webauthn/add/", f"webauthn/keys/{key}/remove/",
        f"webauthn/keys/{key}/edit/", "recovery-codes/generate/", "recovery-codes/", "recovery-codes/download/",
    ]  # fmt: skip


def test_the_password_changes_no_second_factor(tablet, alice, codes):
    before = factors(alice)
    for page in changes(alice):
        for send in (tablet.get, tablet.post):
            answer = send(f"{PAGES}{page}", {"name": "Mine", "code": "000000", "credential": "{}"})
            assert (answer.status_code, answer["Location"].startswith(GIVE)) == (302, True), page
            assert not any(code in answer.content.decode() for code in codes)
    assert factors(alice) == before


def test_the_password_takes_up_no_form_that_waits(tablet, alice):
    """A form waits for the second factor; the password sends it no further."""
    before = factors(alice)
    page = f"{PAGES}totp/deactivate/"
    tablet.post(page)
    tablet.post("/account/reauthenticate/", {"password": PASSWORD, "next": page})
    assert factors(alice) == before


def test_a_recovery_code_changes_no_second_factor(tablet, alice, codes):
    tablet.post(GIVE, {"code": codes[0], "next": "/"})
    before = factors(alice)
    for page in changes(alice):
        assert tablet.post(f"{PAGES}{page}")["Location"].startswith(GIVE), page
    assert factors(alice) == before


def test_a_factor_from_before_the_lock_counts_no_more(tablet, alice, rf):
    request = rf.get("/")
    request.user, request.session = alice, tablet.session
    assert last_second_factor(request) is None


def test_the_owner_changes_it_with_the_existing_factor(visit, alice, codes):
    browser = visit(alice)
    asked = browser.post(f"{PAGES}totp/deactivate/")
    done = browser.post(asked["Location"], {"code": code_of(alice).code, "next": f"{PAGES}totp/deactivate/"})
    assert done.status_code == 302
    assert not Authenticator.objects.filter(user=alice, type="totp").exists()


@pytest.fixture
def put_down(visit, alice, codes):
    """Her session, open, a moment after she gave a code to rename her passkey."""
    browser = visit(alice)
    key = Authenticator.objects.get(user=alice, type="webauthn").pk
    browser.post(GIVE, {"code": code_of(alice).code})
    assert browser.post(f"{PAGES}webauthn/keys/{key}/edit/", {"name": "Her blue key"}).status_code == 302
    assert Authenticator.objects.get(pk=key).data["name"] == "Her blue key"
    return browser


def test_one_factor_makes_one_change(put_down, alice, codes):
    """Whoever holds the session now would take her factors away and set up an own one."""
    before = factors(alice)
    for page in changes(alice):
        for send in (put_down.get, put_down.post):
            answer = send(f"{PAGES}{page}", {"name": "Mine", "code": "000000", "credential": "{}"})
            assert (answer.status_code, answer["Location"].startswith(GIVE)) == (302, True), page
            assert not any(code in answer.content.decode() for code in codes)
    assert factors(alice) == before


def test_a_factor_that_made_a_change_signs_nothing(put_down, alice, rf):
    request = rf.get("/")
    request.user, request.session = alice, put_down.session
    assert last_second_factor(request) is None


def test_new_recovery_codes_are_seen_by_who_made_them(visit, alice, codes):
    browser = visit(alice)
    browser.post(GIVE, {"code": code_of(alice).code})
    assert browser.post(f"{PAGES}recovery-codes/generate/").status_code == 302
    assert browser.get(f"{PAGES}recovery-codes/").status_code == 200
