"""A call that came in: the question on death is asked first, and somebody goes on (hazard H18)."""

from __future__ import annotations

import pytest

from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.models import IncomingCall, ScaleForm
from tests.clinic.conftest import NOW
from tests.clinic.intake.conftest import text_of


def called(browser, patient, **changed):
    sent = {"caller": "patient", "thoughts": "0", "words": "Asked about the next visit.", "owner": ""}
    return browser.post(f"/patients/{patient.pk}/scales/call/", {**sent, **changed})


def test_a_call_without_thoughts_of_death_is_on_record_and_opens_nothing(visit, bob, ana):
    assert called(visit(bob), ana)["Location"] == f"/patients/{ana.pk}/scales/call/"
    row = IncomingCall.objects.get()
    assert (row.caller, row.form.answers, row.recorded_by_name) == ("patient", {"1": 0}, bob.audit_name)
    assert open_tasks_of(ana) == []
    assert "Asked about the next visit." in text_of(visit(bob).get(f"/patients/{ana.pk}/scales/call/"))


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        ("1", {"suicide.screen"}),
        ("2", {"suicide.urgent"}),
        ("not_answered", {"suicide.screen"}),
        ("not_asked", {"suicide.screen"}),
    ],
)
def test_whoever_can_triage_is_led_there_at_once(visit, bob, ana, answer, kinds):
    assert called(visit(bob), ana, thoughts=answer)["Location"] == f"/patients/{ana.pk}/scales/triage/"
    assert {task.kind for task in open_tasks_of(ana)} == kinds


def test_a_relative_who_could_not_say_leaves_no_form(visit, carol, ana):
    called(
        visit(carol), ana, caller="support", thoughts="not_asked", words="Her brother asks for the address."
    )
    assert not ScaleForm.objects.exists()
    assert open_tasks_of(ana) == []


def test_somebody_by_name_goes_on(visit, carol, bob, ana):
    called(visit(carol), ana, owner=str(bob.pk))
    (task,) = open_tasks_of(ana)
    assert (task.kind, task.owner_name, task.due > NOW) == ("call.back", "Bob", True)
    assert task.why.startswith("The patient called: Asked about the next visit.")


def test_nothing_is_kept_of_a_call_without_the_question(visit, bob, ana):
    answer = called(visit(bob), ana, thoughts="")
    assert (answer.status_code, IncomingCall.objects.count()) == (422, 0)
    assert "Say what was answered, or that it was not asked." in text_of(answer)


def test_another_clinics_patient_has_no_calls_here(visit, charlie, ana):
    assert called(visit(charlie), ana).status_code == 404
    assert not IncomingCall.objects.exists()
