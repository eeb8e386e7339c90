"""The clock was two hours ahead and is put right: what was recorded first stays first, and everybody sees that it went back."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenuto import cli
from tenuto.clinic.access import api as access
from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.reauthenticate import Reauthentication, last_second_factor
from tenuto.clinic.accounts.services import set_clinic_zone
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import sign_consent, withdraw_consent
from tenuto.clinic.intake.services.consents import photo_allowed
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.live.jobs import enqueue_due
from tenuto.clinic.people.identity import (
    contact_preferences,
    prefer_contact,
    set_support_person,
    support_person,
)
from tenuto.clinic.people.models import Channel
from tenuto.clinic.people.sight import is_restricted, sight_of
from tenuto.core.intake.consent_text import current_consent_text
from tests.clinic.conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = current_consent_text()
AHEAD = NOW + timedelta(hours=2)


@pytest.fixture
def ahead(monkeypatch):
    """The clock, ahead; calling it puts it right."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AHEAD)
    return lambda: monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def test_a_record_that_is_closed_after_the_correction_is_closed(ana, alice, bob, dora, ahead):
    access.change_care_team(patient=ana, staff=alice, member=True, by=dora, at=AHEAD)
    access.restrict(patient=ana, restricted=True, why="A relative.", by=dora, at=AHEAD)
    access.restrict(patient=ana, restricted=False, why="No longer.", by=dora, at=AHEAD)
    ahead()
    access.restrict(patient=ana, restricted=True, why="It is again.", by=dora, at=NOW)
    assert is_restricted(ana)
    assert not sight_of(ana, staff=bob, at=NOW).allowed


def test_a_consent_that_is_withdrawn_after_the_correction_is_withdrawn(ana, alice, bob, ahead):
    text = TEXT
    sign_consent(
        patient=ana,
        text_name=text.name,
        text_sha256=text.sha256,
        agreed=[statement.id for statement in text.statements],
        photo=False,
        patient_typed=ana.name,
        indication="",
        signature=Reauthentication(alice, AHEAD, "totp"),
        at=AHEAD,
    )
    assert any(consent.active for consent in current(ana).facts.consents)
    ahead()
    withdraw_consent(patient=ana, how="phone", why="", by=bob, at=NOW)
    assert not any(consent.active for consent in current(ana).facts.consents)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_a_consent_is_withdrawn_where_the_day_is_another_than_in_greenwich(ana, alice, bob, dora, zone):
    """There the day on which it was signed may be later, or earlier, than that of the withdrawal in UTC."""
    set_clinic_zone(clinic=alice.clinic, zone=zone, by=dora, at=NOW)
    for hour in (0, 6, 13, 22):
        at = NOW.replace(hour=hour)
        signed = {
            "text_name": TEXT.name,
            "text_sha256": TEXT.sha256,
            "agreed": [each.id for each in TEXT.statements],
        }
        who = type(alice).objects.get(pk=alice.pk)
        sign_consent(patient=ana, **signed, photo=True, patient_typed=ana.name, indication="",
                     signature=Reauthentication(who, at, "totp"), at=at)  # fmt: skip
        assert any(consent.active for consent in current(ana).facts.consents)
        withdraw_consent(patient=ana, how="phone", why="", by=who, at=at)
        assert not any(consent.active for consent in current(ana).facts.consents)
        assert not photo_allowed(ana)


def test_do_not_phone_after_the_correction_is_followed(ana, alice, ahead):
    prefer_contact(patient=ana, channel=Channel.PHONE, allowed=True, address="1", by=alice, at=AHEAD)
    ahead()
    prefer_contact(patient=ana, channel=Channel.PHONE, allowed=False, address="", by=alice, at=NOW)
    assert not contact_preferences(ana)[Channel.PHONE].allowed


def test_who_may_not_be_told_any_more_is_told_nothing(ana, alice, ahead):
    person = {"patient": ana, "name": "Rui", "relation": "brother", "phone": "1", "by": alice}
    set_support_person(**person, may_be_told=True, at=AHEAD)
    ahead()
    set_support_person(**person, may_be_told=False, at=NOW)
    found = support_person(ana)
    assert found is not None
    assert not found.may_be_told


def test_the_time_that_ran_backwards_is_on_every_page_until_it_is_past(ana, alice, visit, ahead, monkeypatch):
    record_read(subject=ana, by=alice, at=AHEAD, what="plan page")
    ahead()
    browser = visit(alice)
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    assert "The server&#x27;s clock went back" in browser.get("/patients/").content.decode()
    anchor.forget()
    anchor.look_back()  # as a server does when it begins
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    assert "The server&#x27;s clock went back" in browser.get("/patients/").content.decode()
    monkeypatch.setattr("django.utils.timezone.now", lambda: AHEAD + timedelta(minutes=1))
    record_read(subject=ana, by=alice, at=AHEAD, what="plan page")
    assert "clock" not in anchor.problem()


def test_seconds_between_two_servers_are_no_going_back(ana, alice, monkeypatch):
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW - timedelta(seconds=90))
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    assert anchor.problem() == ""


def test_the_check_says_where_the_clock_went_back(ana, alice, ahead, capsys):
    record_read(subject=ana, by=alice, at=AHEAD, what="plan page")
    ahead()
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    assert cli.main(["audit", "verify"]) == 0
    said = capsys.readouterr().out
    newest = anchor.newest().number
    assert f"Before event {newest} the server's clock went back" in said
    assert "is whole" in said


@pytest.fixture
def clock_ahead(monkeypatch):
    """Both clocks of the server, two hours ahead; calling it puts them right."""
    real, real_time = timezone.now, time.time
    two_hours = timedelta(hours=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: real() + two_hours)
    monkeypatch.setattr("time.time", lambda: real_time() + two_hours.total_seconds())

    def put_right() -> None:
        monkeypatch.setattr("django.utils.timezone.now", real)
        monkeypatch.setattr("time.time", real_time)

    return put_right


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
GIVE = "/account/second-factor/reauthenticate/"


def factor_of(browser, staff, rf):
    request = rf.get("/")
    request.user, request.session = staff, browser.session
    return last_second_factor(request)


def test_a_tablet_used_while_the_clock_was_ahead_locks(visit, bob, clock_ahead):
    """It would otherwise stay open for two hours and a quarter."""
    tablet = visit(bob)
    tablet.post("/here/")
    clock_ahead()
    tablet.get("/worklist/")
    assert tablet.session.get("locked")
    assert tablet.post("/unlock/", {"password": PASSWORD}).status_code == 302
    assert tablet.get("/worklist/").status_code == 200
    assert not tablet.session.get("locked")


def test_a_second_factor_given_while_the_clock_was_ahead_signs_nothing_later(visit, alice, rf, clock_ahead):
    give_second_factor(alice, secret=SECRET)
    browser = visit(alice)
    browser.post(GIVE, {"code": code_of(alice).code})
    assert factor_of(browser, alice, rf)
    clock_ahead()
    assert factor_of(browser, alice, rf) is None


def test_who_locked_while_the_clock_was_ahead_signs_after_the_correction(visit, alice, rf, clock_ahead):
    """A factor given now is newer than the lock, whatever the clock said at the lock."""
    give_second_factor(alice, secret=SECRET)
    browser = visit(alice)
    browser.post("/lock/")
    clock_ahead()
    browser.post("/unlock/", {"password": PASSWORD})
    browser.post(GIVE, {"code": code_of(alice).code})
    assert factor_of(browser, alice, rf)


def test_a_wait_from_while_the_clock_was_ahead_is_over(bob, clock_ahead):
    for _ in range(5):
        Client().post("/sign-in/", {"username": "bob", "password": "a guess of many"})
    assert Client().post("/sign-in/", {"username": "bob", "password": PASSWORD}).status_code == 200
    clock_ahead()
    assert Client().post("/sign-in/", {"username": "bob", "password": PASSWORD}).status_code == 302
    for _ in range(5):
        Client().post("/sign-in/", {"username": "bob", "password": "a guess of many"})
    assert Client().post("/sign-in/", {"username": "bob", "password": PASSWORD}).status_code == 200


def test_the_first_factor_asks_for_the_password_again_after_the_correction(visit, alice, rf, clock_ahead):
    browser = Client()
    browser.post("/sign-in/", {"username": "alice", "password": PASSWORD})
    clock_ahead()
    browser.post("/unlock/", {"password": PASSWORD})
    assert "reauthenticate" in browser.get("/account/second-factor/totp/activate/").headers.get(
        "Location", ""
    )


def test_a_regular_job_is_done_after_the_correction():
    """Late tasks of safety are given on each minute; two hours without are 120 turns."""
    enqueue_due(AHEAD)
    # A worker does what is on the list; a job that still waits there is not put in again.
    DBTaskResult.objects.all().delete()
    assert "tenuto.clinic.ports.regular.give_on_late_tasks" in enqueue_due(NOW)
