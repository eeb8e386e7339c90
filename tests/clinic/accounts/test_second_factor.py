"""A signature needs a fresh second factor of the person who signs (hazard: a session left open)."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.http import HttpResponse
from django.urls import include, path

from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.models import SpentFactor
from tenuto.clinic.accounts.reauthenticate import FRESH, Reauthentication, signed_by
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record
from tests.clinic.conftest import NOW, PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign(request):
    """Sign the words that were sent; words that are nothing are refused."""

    @transaction.atomic
    def action(signature):
        signature.spend(signer=request.user, at=NOW)
        if not request.POST.get("words"):
            raise ValueError("Write what is signed.")
        record(action="signed words", subject=request.user, by=request.user, at=NOW)
        return HttpResponse(f"signed {request.POST['words']} by {signature.by} with {signature.method}")

    try:
        return signed_by(request, action)
    except ValueError as refused:
        return HttpResponse(str(refused), status=422)


urlpatterns = [path("sign/", sign), path("", include("tenuto.clinic.config.urls"))]


@pytest.fixture
def signing(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def app(alice):
    give_second_factor(alice, secret=SECRET)
    return lambda: code_of(alice).code


def test_a_signature_without_a_second_factor_asks_for_it_and_keeps_the_form(visit, alice, app, signing):
    browser = visit(alice)
    asked = browser.post("/sign/", {"words": "half a milligram"})
    assert asked.status_code == 302
    page = browser.get(asked["Location"]).content.decode()
    assert "Confirm that it is you" in page
    done = browser.post(asked["Location"], {"code": app(), "next": "/sign/"})
    assert done.content.decode() == "signed half a milligram by Alice with totp"


def test_a_wrong_code_signs_nothing_and_is_recorded(visit, alice, app, signing):
    browser = visit(alice)
    asked = browser.post("/sign/", {"words": "x"})
    refused = browser.post(asked["Location"], {"code": "000000", "next": "/sign/"})
    assert "signed" not in refused.content.decode()
    assert AuditEvent.objects.filter(action="failed re-authentication", by_id=str(alice.pk)).count() == 1


def test_a_code_counts_once(visit, alice, app, signing):
    code = app()
    first, second = visit(alice), visit(alice)
    first.post("/account/second-factor/reauthenticate/", {"code": code})
    asked = second.post("/sign/", {"words": "x"})
    assert b"signed" not in second.post(asked["Location"], {"code": code, "next": "/sign/"}).content


def test_a_second_factor_signs_once_and_the_next_signature_asks_for_another(visit, alice, app, signing):
    browser = visit(alice)
    browser.post("/account/second-factor/reauthenticate/", {"code": app()})
    assert browser.post("/sign/", {"words": "the decision"}).status_code == 200
    assert browser.post("/sign/", {"words": "the plan"}).status_code == 302
    assert SpentFactor.objects.count() == 1


def test_the_page_of_the_code_says_what_a_code_is_good_for_and_so_it_is(visit, alice, app, signing):
    browser = visit(alice)
    asked = browser.post("/sign/", {"words": "the decision"})
    page = " ".join(browser.get(asked["Location"]).content.decode().split())
    assert (
        "or to sign one thing, such as a plan or a consent. The next signature asks for a new code." in page
    )
    assert "A recovery code is good for signing in only." in page
    code = app()
    signed = browser.post(asked["Location"], {"code": code, "next": "/sign/"})
    assert signed.content.decode().startswith("signed the decision")
    again = browser.post("/sign/", {"words": "the plan"})
    assert again.status_code == 302
    refused = browser.post(again["Location"], {"code": code, "next": "/sign/"})
    assert b"signed" not in refused.content


def test_a_second_factor_that_signed_is_refused_by_the_service_too(alice):
    given = Reauthentication(alice, NOW, "totp")
    with transaction.atomic():
        given.spend(signer=alice, at=NOW)
        record(action="signed words", subject=alice, by=alice, at=NOW)
    with pytest.raises(PermissionError, match="signed something already"):
        given.spend(signer=alice, at=NOW)


def test_what_would_be_refused_is_said_before_a_second_factor_is_asked_for(visit, alice, app, signing):
    answer = visit(alice).post("/sign/", {"words": ""})
    assert (answer.status_code, answer.content.decode()) == (422, "Write what is signed.")
    assert visit(alice).post("/sign/", {"words": "x"}).status_code == 302
    assert not SpentFactor.objects.exists()
    assert not AuditEvent.objects.filter(action="signed words").exists()


def test_a_refusal_spends_nothing(visit, alice, app, signing):
    browser = visit(alice)
    browser.post("/account/second-factor/reauthenticate/", {"code": app()})
    assert browser.post("/sign/", {"words": ""}).status_code == 422
    assert browser.post("/sign/", {"words": "x"}).status_code == 200


def test_a_second_factor_is_fresh_for_minutes_only(visit, alice, app, signing, monkeypatch):
    browser = visit(alice)
    browser.post("/account/second-factor/reauthenticate/", {"code": app()})
    assert browser.post("/sign/", {"words": "x"}).status_code == 200
    later = time.time() + FRESH.total_seconds() + 1
    monkeypatch.setattr("tenuto.clinic.accounts.reauthenticate.time.time", lambda: later)
    assert browser.post("/sign/", {"words": "x"}).status_code == 302


def test_who_has_no_second_factor_is_led_to_setting_one_up(visit, bob, signing):
    browser = visit(bob)
    asked = browser.post("/sign/", {"words": "x"})
    assert asked["Location"].startswith("/account/")
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/second-factor/totp/activate/").content.decode()
    assert "<svg" in page
    assert "data:" not in page


def test_a_password_is_no_second_factor(visit, alice, app, signing):
    browser = visit(alice)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/sign/", {"words": "x"}).status_code == 302


def test_a_recovery_code_opens_the_door_and_signs_nothing(visit, alice, app, signing):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    codes = RecoveryCodes.activate(alice).get_unused_codes()
    browser = visit(alice)
    browser.post("/account/second-factor/reauthenticate/", {"code": codes[0]})
    assert browser.post("/sign/", {"words": "x"}).status_code == 302


def test_each_signs_for_themselves(alice, bob):
    given = Reauthentication(alice, NOW, "totp")
    given.spend(signer=alice, at=NOW + FRESH)
    record(action="signed words", subject=alice, by=alice, at=NOW)
    with pytest.raises(PermissionError, match="Each signs for themselves"):
        given.spend(signer=bob, at=NOW)
    with pytest.raises(PermissionError, match="too long ago"):
        given.spend(signer=alice, at=NOW + FRESH + timedelta(seconds=1))
    with pytest.raises(PermissionError, match="too long ago"):
        given.spend(signer=alice, at=NOW - timedelta(seconds=1))


def test_signing_in_asks_for_the_second_factor(visit, charlie):
    TOTP.activate(charlie, SECRET)
    browser = visit()
    asked = browser.post("/sign-in/", {"username": "charlie", "password": PASSWORD})
    assert asked["Location"] == "/account/second-factor/authenticate/"
    assert browser.get("/").status_code == 302
    assert not AuditEvent.objects.filter(action="signed in").exists()
    page = browser.get(asked["Location"]).content.decode()
    assert "six digits" in page
    assert "data-demo-code" not in page
    browser.post(asked["Location"], {"code": "000000"})
    assert AuditEvent.objects.filter(action="failed second factor", by_id=str(charlie.pk)).exists()


def test_the_right_code_lets_in(visit, charlie):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    TOTP.activate(charlie, SECRET)
    browser = visit()
    asked = browser.post("/sign-in/", {"username": "charlie", "password": PASSWORD})
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    assert browser.post(asked["Location"], {"code": code})["Location"] == "/"
    assert AuditEvent.objects.filter(action="signed in", by_id=str(charlie.pk)).count() == 1


def test_an_invented_person_comes_in_with_the_printed_password(visit, alice, app):
    assert visit().post("/sign-in/", {"username": "alice", "password": PASSWORD})["Location"] == "/"


def test_in_production_nobody_is_invented(alice, settings):
    give_second_factor(alice, secret=SECRET)
    settings.PRODUCTION = True
    assert not alice.is_invented
    assert code_of(alice) is None


def test_a_real_person_gets_no_second_factor_from_the_demonstration(charlie):
    give_second_factor(charlie, secret=SECRET)
    assert not Authenticator.objects.filter(user=charlie).exists()
    assert code_of(charlie) is None


def test_the_secret_is_encrypted_in_the_database(alice, app):
    assert SECRET not in str(Authenticator.objects.get(user=alice).data)


@pytest.mark.parametrize(
    "page",
    [
        "/account/second-factor/", "/account/password/", "/account/second-factor/webauthn/",
        "/account/second-factor/reauthenticate/",
    ],
)  # fmt: skip
def test_every_account_page_is_ours(visit, alice, app, page):
    answer = visit(alice).get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'class="shell"' in text
    assert re.search(r"<h1>[^<]+</h1>", text)


def test_the_password_page_is_ours_for_who_has_no_second_factor(visit, bob):
    assert "enter your password" in visit(bob).get("/account/reauthenticate/").content.decode()


def test_the_pages_behind_the_second_factor_are_ours(visit, alice, app):
    browser = visit(alice)
    browser.post("/account/second-factor/reauthenticate/", {"code": app()})
    for page in ("totp/deactivate", "webauthn/add", "recovery-codes/generate"):
        answer = browser.get(f"/account/second-factor/{page}/", follow=True)
        assert 'class="shell"' in answer.content.decode(), page
        assert not answer.redirect_chain, page


def test_the_sign_in_page_offers_a_passkey(visit, db):
    text = visit().get("/sign-in/").content.decode()
    assert 'data-passkey="login"' in text
    assert (
        visit()
        .get("/account/second-factor/webauthn/login/", headers={"Accept": "application/json"})
        .json()["request_options"]
    )
