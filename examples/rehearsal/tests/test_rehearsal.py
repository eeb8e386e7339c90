"""The stage shows on the spine, in the worklist and on every page of a patient, and goes when it is done."""

from __future__ import annotations

import re

import pytest

from tests.clinic.plan.conftest import accepted, add  # noqa: F401 - fixtures

PAGES = ("rehearsal/", "intake/", "plan/", "person/")


@pytest.fixture
def patient(accepted):  # noqa: F811 - fixture
    return accepted()


def text(visit, staff, address):
    return " ".join(re.sub(r"<[^>]+>", " ", visit(staff).get(address).content.decode()).split())


def test_alice_and_bob_see_the_page_and_charlie_does_not(visit, patient, alice, bob, charlie):
    answers = [visit(staff).get(f"/patients/{patient.pk}/rehearsal/") for staff in (alice, bob, charlie)]
    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_it_stands_after_the_plan_on_every_page_of_the_patient(visit, patient, bob):
    for page in PAGES:
        assert re.search(
            r"Plan To plan Rehearsal To hold Booking", text(visit, bob, f"/patients/{patient.pk}/{page}")
        )


def test_it_is_on_the_worklist_until_it_is_held(visit, patient, bob):
    assert "Rehearsal to hold" in text(visit, bob, "/worklist/?stage=rehearsal")
    assert visit(bob).post(f"/patients/{patient.pk}/rehearsal/", {"note": " "}).status_code == 422
    visit(bob).post(f"/patients/{patient.pk}/rehearsal/", {"note": "Left arm is better."})
    assert "Rehearsal to hold" not in text(visit, bob, "/worklist/")
    assert "Rehearsal Held" in text(visit, bob, f"/patients/{patient.pk}/intake/")
