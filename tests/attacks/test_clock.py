"""The clock was two hours ahead and is put right: what was recorded first stays first, and everybody sees that it went back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto import cli
from tenuto.clinic.access import api as access
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.accounts.services import set_clinic_zone
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import sign_consent, withdraw_consent
from tenuto.clinic.intake.services.consents import photo_allowed
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.people.identity import (
    contact_preferences,
    prefer_contact,
    set_support_person,
    support_person,
)
from tenuto.clinic.people.models import Channel
from tenuto.clinic.people.sight import is_restricted, sight_of
from tenuto.core.intake.consent_text import current_consent_text
from tests.clinic.conftest import NOW

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
    withdraw_consent(patient=ana, why="", by=bob, at=NOW)
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
        withdraw_consent(patient=ana, why="", by=who, at=at)
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
