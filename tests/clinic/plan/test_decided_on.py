"""What a prescriber decided on in intake is not put up as undecided by the plan."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.scales.services import record_triage
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of
from tests.clinic.plan.conftest import accept, drafted
from tests.clinic.scales.filling import phq9


@pytest.mark.parametrize("level", [RiskLevel.NONE, RiskLevel.LOW])
def test_x(visit, add, alice, level):
    patient, _ = add("Demo Alder")
    phq9(patient, alice, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    later = NOW + timedelta(minutes=5)
    record_triage(patient=patient, level=level, rests_on="Asked in person, a plan is written.", by=alice, at=later)
    from tenuto.clinic.ports.api import open_safety_tasks_of
    print([t.kind for t in open_safety_tasks_of(patient)])
    try:
        accept(patient, alice, at=later + timedelta(minutes=1))
    except ValueError as e:
        print(e)
        return
    browser = visit(alice)
    for page in ("intake/", "plan/"):
        print(page, text_of(browser.get(f"/patients/{patient.pk}/{page}"))[:6000])
    v = drafted(patient, alice, at=later + timedelta(minutes=2))
    print("version", text_of(browser.get(f"/patients/{patient.pk}/plan/versions/{v.pk}/"))[:5000])
    print("list", text_of(browser.get("/worklist/"))[:3000])
