"""A decision, a draft and a signature are judged by the clinic's day of the moment they are given, and none begins in the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import DecisionRefused, decide, withdraw_consent
from tenuto.clinic.intake.services.to_dos import open_to_dos
from tenuto.clinic.plan import api, services
from tenuto.clinic.plan.models import PlanSignature, PlanVersion
from tenuto.clinic.plan.services.drafting import DraftRefused
from tenuto.clinic.ports.api import open_tasks_of
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import accept, built_from, later, signature_of
from tests.clinic.plan.test_page import plan, text_of

DAY = timedelta(days=1)
FROM_NEXT_MONTH = "vial=50&volume=100&start=2026-12-14&days=mon&days=wed&days=fri"
PAST = "vial=50&volume=100&start=2026-11-09&days=mon&days=wed&days=fri"


def test_a_decision_is_judged_by_the_day_on_which_it_is_given(add, alice):
    """The weight counts today, and no longer in a month."""
    patient, _ = add("Demo Alder")
    assert current(patient).gate.level.name == "PASS"
    with pytest.raises(DecisionRefused, match="The verdict is BLOCK"):
        accept(patient, alice, at=NOW + 30 * DAY)
    assert accept(patient, alice, at=NOW).gate_level == "PASS"


def test_nobody_is_accepted_after_a_consent_was_taken_back(add, alice, dora):
    """Not by a medical director either; and what is kept of the decision says the level that every page says."""
    patient, _ = add("Demo Alder")
    withdraw_consent(patient=patient, how="phone", why="She said so.", by=alice, at=later())
    for staff in (alice, dora):
        with pytest.raises(DecisionRefused, match=r"REFUSE: nobody can accept.*withdrawn the consent"):
            accept(patient, staff, at=later(2))
    assert decline(patient, alice).gate_level == "REFUSE"


def decline(patient, by):
    return decide(
        patient=patient,
        outcome="not_suitable",
        reason="Took the consent back.",
        seen=current(patient).facts_sha256,
        signature=signature_of(by, later(3)),
        at=later(3),
    )


def test_a_draft_is_the_plan_of_the_day_on_which_it_is_made(accepted, alice):
    """In a fortnight the weight counts no more, so that what was read today is another plan."""
    patient, then = accepted(), NOW + 14 * DAY
    request = built_from(patient, FROM_NEXT_MONTH).order.request
    today, seen = (api.proposed_sha256(patient, request, as_of=at.date()) for at in (NOW, then))
    assert (today, seen) == (api.proposed_sha256(patient, request), seen)
    assert seen != today
    with pytest.raises(services.PlanConflict):
        services.draft(patient=patient, request=request, seen=today, why="", by=alice, at=then)
    version = services.draft(patient=patient, request=request, seen=seen, why="", by=alice, at=then)
    assert (version.as_of, version.gate_level) == (then.date(), "BLOCK")


def test_what_is_to_be_done_is_that_of_the_day_of_the_signature(accepted, alice):
    patient = accepted()
    kinds = {task.kind for task in open_tasks_of(patient)}
    first = (NOW + 60 * DAY).date()
    at_once = {row.kind for row in open_to_dos(patient=patient, first_day=first, by=alice, at=NOW)}
    much_later = {
        row.kind for row in open_to_dos(patient=patient, first_day=first, by=alice, at=NOW + 50 * DAY)
    }
    assert much_later - at_once - kinds


def test_no_plan_with_an_infusion_on_a_day_that_is_over_is_drafted(visit, accepted, alice):
    patient = accepted()
    browser = visit(alice)
    page = text_of(plan(browser, patient, start="2026-11-09", vial="50", volume="100"))
    sentence = "Nobody can give it then: choose Tue 24 Nov 2026 or later as the first day."
    field = page.split("First day on or after")[1].split("Vial")[0]
    assert sentence in field
    assert "Put up for signature" not in page or "Correct the options first." in page
    answer = browser.post(f"/patients/{patient.pk}/plan/draft/?{PAST}", {"seen": "x"}, follow=True)
    assert "Not drafted" in text_of(answer)
    request = built_from(patient).order.request
    over = replace(request, start=(NOW - 15 * DAY).date())
    with pytest.raises(DraftRefused, match="before the day of the plan"):
        services.draft(
            patient=patient, request=over, seen=api.proposed_sha256(patient, over), why="", by=alice, at=NOW
        )
    assert not PlanVersion.objects.exists()


def test_a_draft_with_an_infusion_on_a_day_that_is_over_is_not_signed(accepted, alice, monkeypatch):
    """One that was kept by a program that let it pass."""
    monkeypatch.setattr("tenuto.clinic.plan.services.drafting.start_past", lambda built: "")
    patient = accepted()
    request = replace(built_from(patient).order.request, start=(NOW - 15 * DAY).date())
    seen = api.proposed_sha256(patient, request)
    version = services.draft(patient=patient, request=request, seen=seen, why="", by=alice, at=NOW)
    with pytest.raises(services.SigningRefused, match="choose Tue 24 Nov 2026 or later"):
        services.sign(
            version=version,
            seen=version.content_sha256,
            reason="Read and weighed.",
            signature=signature_of(alice, NOW),
            at=NOW,
        )
    assert not PlanSignature.objects.exists()
