"""A machine proposes a revision; a prescriber signs or declines it, and both are on record. Asked twice is asked once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.ledger.actors import SYSTEM, Machine, Someone
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.plan import api, services
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.status import Status
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.core.plan.request import PlanRequestError
from tenuto.core.units import Minutes
from tests.clinic.conftest import NOW
from tests.clinic.intake.filling import weigh
from tests.clinic.plan.conftest import OPTIONS, drafted, later, signature_of, signed

WHY = "The response is shorter than the interval."


@pytest.fixture
def running(accepted, alice):
    patient = accepted()
    signed(patient, alice)
    return patient


@pytest.fixture
def forecast(clinic):
    return Machine(clinic.pk, "forecast.interval", clinic.zone)


def slower(patient, minutes=50):
    return replace(api.current(patient).order.request, minutes=Minutes(minutes))


def proposed(patient, by, request=None, why=WHY, at=NOW):
    return api.propose_revision(patient=patient, request=request or slower(patient), why=why, by=by, at=at)


def sign(version, by, at=NOW):
    return services.sign(
        version=version,
        seen=version.content_sha256,
        reason="Read and weighed.",
        signature=signature_of(by, at),
        at=at,
    )


def kinds(patient):
    return [(task.kind, task.target) for task in open_tasks_of(patient)]


def test_a_machine_proposes_and_a_prescriber_signs(running, forecast, alice):
    found = proposed(running, forecast)
    version = PlanVersion.objects.get(pk=found.version_id)
    assert (found.number, found.status, found.revises) == (2, Status.DRAFT, 1)
    assert (version.recorded_by_name, version.why) == ("Tenuto, forecast.interval", WHY)
    assert kinds(running) == [("revision.sign", str(version.pk))]
    assert api.current(running).number == 1
    sign(version, alice)
    assert api.current(running).number == 2
    assert kinds(running) == []
    actions = list(AuditEvent.objects.filter(patient_id=running.pk).values_list("action", "by_name"))
    assert ("drafted plan", "Tenuto, forecast.interval") in actions
    assert ("signed plan", "Alice (alice)") in actions


def test_the_same_proposal_again_is_the_draft_that_waits(running, forecast):
    assert proposed(running, forecast) == proposed(running, forecast, at=later())
    assert PlanVersion.objects.count() == 2
    assert len(kinds(running)) == 1


def test_what_was_declined_is_not_asked_again_on_the_same_facts(running, forecast, alice):
    found = proposed(running, forecast)
    version = PlanVersion.objects.get(pk=found.version_id)
    services.withdraw(version=version, reason="The patient prefers the shorter one.", by=alice, at=NOW)
    assert kinds(running) == []
    assert (
        AuditEvent.objects.get(action="declined plan").detail["reason"]
        == "The patient prefers the shorter one."
    )
    again = proposed(running, forecast, at=later())
    assert (again.version_id, again.status) == (found.version_id, Status.DECLINED)
    weigh(running, 70, alice)
    assert proposed(running, forecast, at=later()).number == 3


def test_a_draft_that_waits_is_not_displaced(running, forecast, alice):
    own = drafted(running, alice, OPTIONS.replace("volume=100", "volume=50"))
    with pytest.raises(services.RevisionRefused, match=r"Draft 2 by Alice \(alice\) waits for a signature"):
        proposed(running, forecast)
    assert grounds(running).versions[0] == own


def test_without_a_plan_in_force_or_a_reason_there_is_nothing_to_revise(accepted, forecast, running):
    request = slower(running)
    with pytest.raises(services.RevisionRefused, match="No plan is in force"):
        proposed(accepted("Demo Birch"), forecast, request)
    with pytest.raises(services.RevisionRefused, match="Say why"):
        proposed(running, forecast, why="  ")


def test_a_request_that_can_not_be_planned_is_refused(running, forecast):
    with pytest.raises(PlanRequestError):
        proposed(running, forecast, replace(slower(running), infusions=99))
    assert PlanVersion.objects.count() == 1


def test_who_may_propose(running, forecast, other_clinic, alice, bob, carol, charlie):
    for by in (bob, carol, Someone("link", running.clinic_id, "Demo Alder, by link")):
        with pytest.raises(PermissionError):
            proposed(running, by)
    for by in (charlie, SYSTEM, Machine(other_clinic.pk, "forecast.interval", other_clinic.zone)):
        with pytest.raises(WrongClinic):
            proposed(running, by)
    assert proposed(running, alice).number == 2


def test_a_machine_signs_nothing(running, forecast):
    version = PlanVersion.objects.get(pk=proposed(running, forecast).version_id)
    with pytest.raises(PermissionError, match="Only a member of staff signs"):
        sign(version, forecast)
    assert grounds(running).in_force.number == 1
