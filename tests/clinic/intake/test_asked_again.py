"""An answer that was asked again and found unchanged has today's date, and nobody types it anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import StepSave
from tenuto.clinic.intake.services import receive, save_step
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports.api import open_tasks_of, record_contact
from tenuto.core.intake.facts import Answer
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.filling import answer

LATER = NOW + timedelta(days=40)
LIVER = "history.liver"


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)


def again(patient, by, entry=LIVER, value="no", *, step="medical", seen=1):
    return save_step(
        patient=patient, step_id=step, entries={entry: value}, seen={entry: seen}, again=[entry], by=by, at=LATER
    )  # fmt: skip


def test_the_same_answer_has_a_new_date(ana, alice, bob):
    answer(ana, "medical", bob, history__liver="no")
    assert again(ana, alice).saved == (LIVER,)
    given = current(ana).facts.answer(LIVER)
    assert (given.value, given.taken, given.origin) == (False, LATER.date(), "form, Alice (alice)")
    assert [save.changes for save in StepSave.objects.order_by("version")] == [{LIVER: "no"}] * 2
    event = AuditEvent.objects.filter(action="saved history").order_by("number").last()
    assert (event.by_id, event.detail["again"]) == (str(alice.pk), [LIVER])


def test_the_button_stands_beside_older_answers_only(visit, ana, alice, bob, later):
    answer(ana, "medical", bob, history__liver="no")
    answer(ana, "medical", bob, at=LATER, history__renal="no")
    url = f"/patients/{ana.pk}/intake/history/medical/"
    browser = visit(alice)
    page = browser.get(url).content.decode()
    assert f'name="again" value="{LIVER}"' in page
    assert 'name="again" value="history.renal"' not in page
    assert 'name="again" value="history.aneurysm"' not in page
    sent = {f"q-{LIVER}": "no", f"v-{LIVER}": "1", "again": LIVER}
    answered = browser.post(url, sent, follow=True)
    assert answered.redirect_chain == [(url, 302)]
    assert f'name="again" value="{LIVER}"' not in answered.content.decode()
    assert current(ana).facts.answer(LIVER).taken == LATER.date()


def test_an_answer_from_a_record_is_asked_again_too(alice):
    told = (Answer(LIVER, False, NOW.date()),)
    ana = receive(facts=facts_of(answers=told), source=source_of(), by=alice, at=NOW).patient
    assert again(ana, alice, seen=0).saved == (LIVER,)
    assert current(ana).facts.answer(LIVER).taken == LATER.date()


def test_what_somebody_else_changed_meanwhile_is_a_conflict(ana, alice, bob):
    answer(ana, "medical", bob, history__liver="no")
    answer(ana, "medical", bob, seen={LIVER: 1}, history__liver="yes")
    result = again(ana, alice, seen=1)
    assert (result.saved, [c.entry for c in result.conflicts]) == ((), [LIVER])
    assert current(ana).facts.answer(LIVER).value is True


def test_what_is_empty_can_not_be_asked_again(ana, alice):
    assert again(ana, alice, value="", seen=0).saved == ()
    assert not StepSave.objects.exists()


def test_a_positive_answer_waits_in_the_task_that_it_has(ana, alice, bob):
    answer(ana, "safety", bob, suicide__means="yes")
    (task,) = open_tasks_of(ana)
    assert again(ana, alice, "suicide.means", "yes", step="safety").tasks == ()
    assert [each.id for each in open_tasks_of(ana)] == [task.id]
    record_contact(
        task=task.id,
        how="phone",
        reached=True,
        outcome="safe",
        words="Locked away by the brother.",
        by=alice,
        at=LATER,
    )
    (anew,) = again(ana, alice, "suicide.means", "yes", step="safety", seen=2).tasks
    assert (anew.kind, anew.due) == ("suicide.means", LATER + timedelta(hours=24))


def test_another_answer_ends_the_task_that_the_first_one_opened(ana, alice, bob):
    answer(ana, "safety", bob, suicide__means="yes", suicide__safety_plan="no")
    assert {task.kind for task in open_tasks_of(ana)} == {"suicide.means", "suicide.safety_plan"}
    answer(ana, "safety", alice, at=LATER, seen={"suicide.safety_plan": 1}, suicide__safety_plan="yes")
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.means"]
