"""What is needed by the first infusion and is not recorded when a plan is signed becomes a task, ended by the recorded act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.plan import services
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.ports.models import TaskEnd
from tenuto.core.intake.required import facts
from tenuto.core.intake.tasks import for_to_do
from tests.clinic.intake.filling import answer
from tests.clinic.intake.test_decision import sign as sign_consent_of
from tests.clinic.plan.conftest import drafted, later, signature_of, signed
from tests.clinic.plan.test_page import text_of

FIRST_DAY = date(2026, 11, 25)
"""Of the options with which `signed` signs."""
NOT_YET = ("escort", "transport")


def without(facts_of_a_person):
    """The same person before anybody spoke about the day: no escort, no way home, no consent."""
    kept = tuple(a for a in facts_of_a_person.answers if a.fact not in NOT_YET)
    return replace(facts_of_a_person, answers=kept, consents=())


def waiting(patient):
    return {task.kind: task for task in open_tasks_of(patient) if task.kind.startswith("to_do.")}


@pytest.fixture
def version(accepted, alice):
    return signed(accepted(change=without), alice, reason="All of it is asked for before the day.")


def test_every_fact_of_the_day_has_a_task_for_a_role_that_may_record_it():
    for item in facts():
        if item.on_the_day:
            kind = for_to_do(item.id)
            assert kind.owner in kind.may_end, kind.id


def test_a_plan_signed_without_them_asks_for_each_by_the_first_infusion(version):
    found = waiting(version.patient)
    assert set(found) == {"to_do.consent", "to_do.escort", "to_do.transport"}
    for task in found.values():
        assert clock.day_of(version.patient.clinic, task.due) == FIRST_DAY
    assert found["to_do.escort"].owner_role == Role.COORDINATOR
    assert found["to_do.consent"].owner_role == Role.NURSE


def test_a_plan_with_everything_asks_for_nothing(accepted, alice):
    assert waiting(signed(accepted(), alice).patient) == {}


def test_the_recorded_act_ends_it_and_an_escort_that_is_nobody_does_not(version, bob, carol):
    patient = version.patient
    answer(patient, "support", carol, at=later(1), escort="none")
    assert "to_do.escort" in waiting(patient)
    named = "Rui Silva, brother, 555 0100, phone confirmed"
    answer(patient, "support", carol, at=later(2), seen={"escort": 1}, escort=named)
    assert "to_do.escort" not in waiting(patient)
    sign_consent_of(patient, bob, signature=signature_of(bob, later(3)), at=later(3))
    assert set(waiting(patient)) == {"to_do.transport"}
    ends = TaskEnd.objects.order_by("recorded_at").exclude(ended_by="plan")
    assert [(end.ended_by, end.record.partition(":")[0]) for end in ends] == [
        ("recorded", "intake.stepsave"),
        ("recorded", "intake.consentsigned"),
    ]


def test_it_is_in_the_worklist_of_its_owner_with_its_day(visit, version, carol):
    page = text_of(visit(carol).get("/worklist/"))
    assert "Escort to name" in page
    assert "Transport home to arrange" in page
    assert "Consent to take" not in page


def test_withdrawing_the_plan_ends_them(version, alice):
    services.withdraw(version=version, reason="She wants to wait.", by=alice, at=later(1))
    assert waiting(version.patient) == {}


def test_a_revision_asks_again_by_its_own_day(version, alice):
    patient, before = version.patient, waiting(version.patient)
    revised = drafted(patient, alice, "vial=50&volume=100&start=2026-12-01&days=mon&days=wed&days=fri")
    services.sign(
        version=revised, seen=revised.content_sha256, reason="A week later.", signature=signature_of(alice, later(5)),
        at=later(5),
    )  # fmt: skip
    after = waiting(patient)
    assert set(after) == set(before)
    assert all(after[kind].due - before[kind].due >= timedelta(days=6) for kind in after)
