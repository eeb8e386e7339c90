"""Nothing leaves as if it could be given while the patient, the decision of intake or an open risk stops the treatment."""

from __future__ import annotations

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services.decisions import decide
from tests.clinic.plan.conftest import OPTIONS, later, signature_of, signed
from tests.clinic.plan.test_documents_of_versions import safety_task
from tests.clinic.plan.test_page import text_of
from tests.clinic.plan.test_versions import url_of

NOT_SUITABLE = "decided: not suitable. Give nothing."
AT_RISK = "Suicide risk, urgent: open"


def decline(patient, by):
    return decide(
        patient=patient,
        outcome="not_suitable",
        reason="Another treatment first.",
        seen=current(patient).facts_sha256,
        signature=signature_of(by, later()),
        at=later(),
    )


STOPS = pytest.mark.parametrize(("stop", "why"), [(decline, NOT_SUITABLE), (safety_task, AT_RISK)])


def plan_url(patient, file=""):
    return f"/patients/{patient.pk}/plan/{file}?{OPTIONS}"


@STOPS
def test_no_dates_of_a_proposal_leave_or_are_offered(visit, accepted, alice, dora, stop, why):
    patient, browser = accepted(), visit(alice)
    assert b"BEGIN:VCALENDAR" in browser.get(plan_url(patient, "series.ics")).content
    assert "Calendar file" in text_of(browser.get(plan_url(patient)))
    stop(patient, dora)
    answer = browser.get(plan_url(patient, "series.ics"), follow=True)
    assert b"BEGIN:VCALENDAR" not in answer.content
    assert "No dates while the plan is held" in text_of(answer)
    assert why in text_of(answer)
    assert "Calendar file" not in text_of(browser.get(plan_url(patient)))


@STOPS
def test_no_dates_of_a_signed_version_leave_or_are_offered(visit, accepted, alice, dora, stop, why):
    version, browser = signed(accepted(), alice), visit(alice)
    assert "Calendar file" in text_of(browser.get(url_of(version)))
    stop(version.patient, dora)
    answer = browser.get(url_of(version, "series.ics"), follow=True)
    assert b"BEGIN:VCALENDAR" not in answer.content
    assert why in text_of(answer)
    assert "Calendar file" not in text_of(browser.get(url_of(version)))
