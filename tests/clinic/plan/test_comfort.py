"""The comfort card is kept from visit to visit; two people who write it lose nothing."""

from __future__ import annotations

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.plan.models import ComfortCard
from tenuto.clinic.plan.services.comfort import comfort_card, write_comfort_card
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import drafted
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of

WISHES = {
    "position": "reclined",
    "light": "mask",
    "sound": "own",
    "sound_note": "Satie",
    "imagery": "no",
    "imagery_note": "",
    "touch": "hand",
    "intention": "To sleep again.",
    "note": "",
}


def url(patient):
    return f"/patients/{patient.pk}/plan/comfort/"


def test_a_card_is_written_and_every_change_is_a_version(visit, ana, alice):
    browser = visit(alice)
    assert "Nothing is written down" in text_of(browser.get(url(ana)))
    assert browser.post(url(ana), {**WISHES, "seen": 0}).status_code == 302
    assert browser.post(url(ana), {**WISHES, "touch": "none", "seen": 1}).status_code == 302
    assert [(c.number, c.touch) for c in ComfortCard.objects.order_by("number")] == [(1, "hand"), (2, "none")]
    page = text_of(browser.get(url(ana)))
    assert "Own music: Satie" in page
    assert "“To sleep again.”" in page
    assert AuditEvent.objects.filter(action="wrote comfort card").count() == 2


def test_two_who_write_at_once_lose_nothing(visit, ana, alice, bob):
    visit(alice).post(url(ana), {**WISHES, "seen": 0})
    answer = visit(bob).post(url(ana), {**WISHES, "intention": "To be less afraid.", "seen": 0})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "To be less afraid." in page
    assert "“To sleep again.”" in page
    assert ComfortCard.objects.count() == 1
    again = {**WISHES, "intention": "Both.", "seen": answer.context["form"]["seen"].value()}
    assert visit(bob).post(url(ana), again).status_code == 302
    assert comfort_card(ana).intention == "Both."


def test_what_is_no_choice_is_said_and_not_saved(visit, ana, alice):
    answer = visit(alice).post(url(ana), {**WISHES, "touch": "everywhere", "seen": 0})
    assert answer.status_code == 422
    assert "Select a valid choice" in text_of(answer)
    assert not ComfortCard.objects.exists()


def test_who_may(visit, ana, alice, bob, carol, erin, charlie):
    for person in (alice, bob, carol):
        assert visit(person).get(url(ana)).status_code == 200
    assert visit(erin).get(url(ana)).status_code == 403
    assert visit(charlie).get(url(ana)).status_code == 404
    with pytest.raises(PermissionError):
        write_comfort_card(patient=ana, wishes=WISHES, seen=0, by=erin, at=NOW)
    with pytest.raises(WrongClinic):
        write_comfort_card(patient=ana, wishes=WISHES, seen=0, by=charlie, at=NOW)


def test_the_card_stands_on_the_page_of_the_plan(visit, accepted, alice):
    patient = accepted()
    version = drafted(patient, alice)
    assert "No comfort card is written yet" in text_of(visit(alice).get(url_of(version)))
    write_comfort_card(patient=patient, wishes=WISHES, seen=0, by=alice, at=NOW)
    assert "Dark, with an eye mask" in text_of(visit(alice).get(url_of(version)))
