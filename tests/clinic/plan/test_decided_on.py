"""What a prescriber decided on in intake is not put up as undecided by the plan, and what is new is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.ports.api import blocking_tasks_of, open_safety_tasks_of
from tenuto.clinic.scales.services import record_triage
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import answer
from tests.clinic.plan.conftest import accept, drafted, later
from tests.clinic.scales.filling import phq9

BOTH = "PHQ-9 item 9 was 1"
DECIDED = "2 things decided on in intake by Alice (alice), Tue 24 Nov 2026"


@pytest.fixture
def known(add, alice):
    """Somebody whose answer was triaged and found to be no risk, and whom a prescriber accepted with both in sight."""
    patient, _ = add("Demo Alder")
    phq9(patient, alice, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    record_triage(
        patient=patient, level=RiskLevel.NONE, rests_on="Asked in person, at length.", by=alice, at=later()
    )
    accept(patient, alice, at=later(2))
    return patient


def test_page_and_draft_say_who_decided_on_it(visit, known, alice):
    browser, version = visit(alice), drafted(known, alice, at=later(3))
    for address in ("", f"versions/{version.pk}/"):
        page = text_of(browser.get(f"/patients/{known.pk}/plan/{address}"))
        assert BOTH in page
        assert "1 thing to decide" not in page
        assert "things to decide" not in page
        assert f"{DECIDED}. Goes on with a named prescriber" in page


def test_what_came_since_is_to_decide(visit, known, alice, bob):
    answer(known, "medical", bob, at=later(3), history__liver="yes")
    page = text_of(visit(alice).get(f"/patients/{known.pk}/plan/"))
    assert f"1 thing to decide, {DECIDED}." in page


@pytest.mark.parametrize("level", [RiskLevel.LOW, RiskLevel.MODERATE])
def test_what_follows_a_triage_of_her_own_does_not_stop_her(add, alice, level):
    """A risk that is low or moderate and triaged is amber and known; what follows it is done beside the plan."""
    patient, _ = add("Demo Alder")
    phq9(patient, alice, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    record_triage(
        patient=patient, level=level, rests_on="Passive thoughts, a plan is made.", by=alice, at=later()
    )
    assert [task.kind for task in open_safety_tasks_of(patient)] == [f"triage.{level.name.lower()}"]
    assert not blocking_tasks_of(patient)
    assert accept(patient, alice, at=later(2)).outcome == "accepted"


def test_a_high_one_stops_whoever_decides(add, alice):
    patient, _ = add("Demo Alder")
    record_triage(
        patient=patient, level=RiskLevel.HIGH, rests_on="Means at hand and a date.", by=alice, at=NOW
    )
    assert [task.kind for task in blocking_tasks_of(patient)] == ["triage.high"]
    with pytest.raises(ValueError, match="Open: High suicide risk"):
        accept(patient, alice, at=NOW + timedelta(minutes=2))
