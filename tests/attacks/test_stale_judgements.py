"""Treatment neither begins nor goes on from a page that was opened before a risk, a hold or a withdrawal was recorded (H39)."""

from __future__ import annotations

import pytest

from tenuto.clinic.course.api import record_event
from tenuto.clinic.intake.services import withdraw_consent
from tenuto.clinic.live.api import newest_number
from tenuto.clinic.pathway.seen import FIELD
from tenuto.clinic.ports.api import place_hold
from tenuto.clinic.scales.services import record_form
from tenuto.core.course.facts import CourseEventKind
from tests.attacks.test_stale_page import CONFLICT
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of

pytestmark = pytest.mark.django_db

DEEDS = {
    "booking/book/": "carol",
    "booking/rescue/": "alice",
    "infusion/release/": "alice",
    "infusion/start/": "bob",
    "infusion/recovery/discharge/": "bob",
    "forecast/decide/": "alice",
}


def attempted(patient, by):
    record_event(
        patient=patient, kind=CourseEventKind.SUICIDE_ATTEMPT, on=NOW.date(), note="Told by the sister.", by=by, at=NOW
    )  # fmt: skip


def answered(patient, by):
    record_form(
        patient=patient, instrument_id="suicide_check", answers={"1": 2}, taken=NOW.date(), answered_by="interview",
        by=by, at=NOW,
    )  # fmt: skip


def held(patient, by):
    place_hold(patient=patient, why="She fell on the stairs.", by=by, at=NOW)


def withdrawn(patient, by):
    withdraw_consent(patient=patient, how="phone", why="", by=by, at=NOW)


UNSEEN = {"an attempt": attempted, "an answer on death": answered, "a hold": held, "a withdrawal": withdrawn}


@pytest.mark.parametrize("happens", UNSEEN)
@pytest.mark.parametrize("deed", DEEDS)
def test_nothing_goes_on_over_what_nobody_there_has_seen(request, visit, ana, alice, deed, happens):
    browser, known = visit(request.getfixturevalue(DEEDS[deed])), newest_number()
    UNSEEN[happens](ana, alice)
    answer = browser.post(f"/patients/{ana.pk}/{deed}", {FIELD: str(known)})
    assert answer.status_code == CONFLICT
    assert alice.name in text_of(answer)


@pytest.mark.parametrize("happens", UNSEEN)
@pytest.mark.parametrize("deed", ["infusion/chart/", "infusion/end/", "booking/surplus/", "plan/withdraw/"])
def test_what_stops_or_ends_waits_for_no_page(visit, ana, alice, bob, deed, happens):
    browser, known = visit(bob), newest_number()
    UNSEEN[happens](ana, alice)
    assert browser.post(f"/patients/{ana.pk}/{deed}", {FIELD: str(known)}).status_code != CONFLICT
