"""A code that was looked over somebody's shoulder: used once, it opens and signs nothing again (hazard H40)."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from tenuto.clinic.accounts.codes import spend_code
from tenuto.clinic.accounts.demo_code import give_second_factor
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import PASSWORD
from tests.clinic.intake.conftest import text_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHER = "KRSXG5BAKRSXG5BAKRSXG5BAKRSXG5BA"
GIVE = "/account/second-factor/reauthenticate/"
START = 1_795_000_000 - 1_795_000_000 % 30
"""The beginning of a half minute."""


@pytest.fixture
def clock(monkeypatch):
    """Sets what the library takes for now."""
    moment = {"now": float(START)}
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: moment["now"])
    return lambda seconds: moment.update(now=START + seconds)


@pytest.fixture
def erika(alice, monkeypatch):
    """A real person with an app, who is asked for the second factor at the door."""
    give_second_factor(alice, secret=SECRET)
    monkeypatch.setattr(Staff, "is_invented", False)
    return alice


def code_at(seconds, secret=SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(START + seconds) // 30))


def is_in(browser) -> bool:
    return browser.get("/worklist/").status_code == 200


def signs_in(browser, person, code):
    browser.post("/sign-in/", {"username": person.username, "password": PASSWORD})
    return browser.post("/account/second-factor/authenticate/", {"code": code})


@pytest.mark.parametrize("later", [0, 1, 29, 33, 59])
@pytest.mark.parametrize("forgotten", [True, False], ids=["another process", "the same process"])
def test_the_same_code_does_not_open_the_door_again(visit, erika, clock, later, forgotten):
    code, first, second = code_at(0), visit(), visit()
    signs_in(first, erika, code)
    assert is_in(first)
    clock(later)
    if forgotten:
        cache.clear()
    answer = signs_in(second, erika, code)
    assert not is_in(second)
    assert AuditEvent.objects.filter(action="failed second factor", by_id=str(erika.pk)).exists()
    said = text_of(answer)
    assert "This code was used already" in said
    assert "the next one in up to 30 s" in said
    assert "Incorrect code" not in said


def test_a_wrong_code_is_called_wrong_and_no_used_one(visit, erika, clock):
    browser = visit(erika)
    wrong = next(str(n).zfill(6) for n in range(3) if str(n).zfill(6) not in map(code_at, (-30, 0, 30)))
    assert "Incorrect code" in text_of(browser.post(GIVE, {"code": wrong, "next": "/"}))


def test_an_older_code_does_not_come_after_a_newer_one(visit, erika, clock):
    clock(31)
    browser = visit(erika)
    assert browser.post(GIVE, {"code": code_at(31), "next": "/"}).status_code == 302
    cache.clear()
    assert browser.post(GIVE, {"code": code_at(0), "next": "/"}).status_code == 200
    clock(61)
    assert browser.post(GIVE, {"code": code_at(61), "next": "/"}).status_code == 302


def test_a_code_that_was_seen_at_the_door_signs_nothing(visit, erika, clock):
    signs_in(visit(), erika, code_at(0))
    cache.clear()
    assert visit(erika).post(GIVE, {"code": code_at(0), "next": "/"}).status_code == 200


def test_the_code_that_set_the_app_up_opens_nothing(visit, bob, clock):
    browser = visit(bob)
    page = "/account/second-factor/totp/activate/"
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = browser.get(page).context["form"].secret
    assert browser.post(page, {"code": code_at(0, secret)}).status_code == 302
    cache.clear()
    assert browser.post(GIVE, {"code": code_at(0, secret), "next": "/"}).status_code == 200


@pytest.mark.django_db
def test_codes_are_used_up_by_app(clock):
    assert spend_code(SECRET, code_at(0))
    assert not spend_code(SECRET, code_at(0))
    assert not spend_code(SECRET, "000000")
    assert spend_code(OTHER, code_at(0, OTHER))


@pytest.mark.parametrize(
    "code", ["", "0", "000000", "１２３４５６", "12345\x016", "9" * 500, "ab cdef", "-12345"]
)
def test_what_is_no_code_is_refused(visit, erika, clock, code):
    assert visit(erika).post(GIVE, {"code": code, "next": "/"}).status_code == 200


def test_a_code_with_a_character_that_no_keyboard_types_is_not_looked_at(visit, erika, clock):
    assert visit(erika).post(GIVE, {"code": "12345\x006", "next": "/"}).status_code == 400
