"""A device that charts two patients says so before the second one is charted (hazard H1)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tenuto.clinic.access.api import change_care_team, restrict
from tenuto.clinic.infusion.services import chart, open_session
from tenuto.core.infusion.entries import Leaving, PatientLeft, PumpStopped, StopCause
from tests.clinic.conftest import NOW
from tests.clinic.infusion.conftest import LATER
from tests.clinic.infusion.test_pages import post, text_of, url
from tests.clinic.plan.conftest import OPTIONS, signed

pytestmark = pytest.mark.django_db
SAID = "This device charted Demo Alder last, who is still here. This page is Demo Birch"


@pytest.fixture
def other(accepted, alice, bob):
    """Another patient, made ready on the same day."""
    found = accepted("Demo Birch")
    signed(found, alice, OPTIONS)
    open_session(patient=found, by=bob, at=NOW)
    return found


@pytest.fixture
def device(visit, running, bob):
    """The nurse's device, which has charted the first patient."""
    browser = visit(bob)
    assert post(browser, running.patient, "NoteWritten", text="Calm.").status_code == 302
    return browser


def test_the_page_of_another_patient_says_whom_the_device_charted(device, running, other):
    assert SAID in text_of(device.get(url(other)))
    assert "This device charted" not in text_of(device.get(url(running.patient)))


def test_another_device_of_the_same_nurse_says_nothing(device, other, visit, bob):
    assert SAID not in text_of(visit(bob).get(url(other)))


def test_who_has_left_is_no_other_patient(device, running, other, bob):
    for minutes, what in (
        (20, PumpStopped(StopCause.COMPLETED)),
        (21, PatientLeft(Leaving.TRANSFERRED, "St. Luke")),
    ):
        at = LATER + timedelta(minutes=minutes)
        chart(session=running, client_id=str(uuid4()), what=what, happened_at=at, by=bob, at=at)
    assert SAID not in text_of(device.get(url(other)))


def test_a_record_that_was_restricted_since_is_not_named(device, running, other, alice, dora):
    change_care_team(patient=running.patient, staff=alice, member=True, by=dora, at=LATER)
    restrict(patient=running.patient, restricted=True, why="Works here.", by=dora, at=LATER)
    assert "Demo Alder" not in text_of(device.get(url(other)))
