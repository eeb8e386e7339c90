"""What comes next in the patient's own words: behind an opened link, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tenuto.clinic.accounts.services import set_clinic_words
from tenuto.clinic.links import api as links
from tenuto.clinic.ports.api import place_hold
from tenuto.clinic.scales.api import ask_by_link
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, signed
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_visits import DAY, given, scored
from tests.clinic.scales.filling import post_all

CARD = "What comes next"


@pytest.fixture
def running(accepted, alice, bob, dora):
    """A patient in a series, whose clinic has a phone number."""
    set_clinic_words(clinic=dora.clinic, phone="555 0100", crisis_words="", by=dora, at=NOW)
    patient = accepted()
    signed(patient, alice, OPTIONS)
    given(patient, bob, on=DAY - timedelta(days=1))
    scored(patient, bob, 8)
    return patient


@pytest.fixture
def asked(running, alice):
    expires = timezone.now() + timedelta(days=1)
    return ask_by_link(patient=running, instruments=["gad7"], expires=expires, by=alice, at=timezone.now())


@pytest.fixture
def phone(visit, running, asked):
    """The patient's phone, past the door and all questions."""
    browser = visit()
    browser.post(f"/l/{asked.token}/", {"born": running.birth_date.isoformat()})
    post_all(browser, "gad7")
    return browser


def test_a_patient_reads_own_dates_and_whom_to_call(phone):
    shown = text_of(phone.get("/today/"))
    card = shown[shown.index(CARD) : shown.index("Your dates")]
    assert "1 of 6 done. Next: Fri 27 Nov. Your clinic confirms the time." in card
    assert "Questions: Meadow Clinic, on working days: 555 0100" in card
    assert "In an emergency call your local emergency number." in card
    for never in ("response", "REVIEW", "Coordinator", "not booked", "PHQ-9 17"):
        assert never not in card


def test_a_hold_is_not_explained_by_link(phone, running, alice):
    place_hold(patient=running, why="Suspected misuse.", by=alice, at=NOW)
    shown = text_of(phone.get("/today/"))
    assert "Nothing is given for now. Your clinic calls you." in shown
    assert "misuse" not in shown
    assert "Fri 27 Nov" not in shown


def test_without_the_date_of_birth_nothing_is_shown(visit, asked):
    stranger = visit()
    wrong = stranger.post(f"/l/{asked.token}/", {"born": "1900-01-01"})
    assert wrong.status_code == 422
    for page in (wrong, stranger.get(f"/l/{asked.token}/"), stranger.get("/today/")):
        assert CARD not in text_of(page)
        assert "Fri 27 Nov" not in text_of(page)


def test_a_link_that_was_taken_back_shows_nothing_more(phone, asked, alice):
    links.revoke(link=asked.request.link_id, why="Sent to a wrong number.", by=alice, at=timezone.now())
    gone = phone.get("/today/")
    assert gone.status_code == 403
    assert "Fri 27 Nov" not in text_of(gone)
