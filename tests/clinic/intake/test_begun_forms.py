"""What was answered by link counts at once for the safety state, and no open risk is without a task (hazard H18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts import clock
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.services import receive
from tenuto.clinic.intake.services.open_risks import open_missing_tasks
from tenuto.clinic.live.jobs import regular_jobs
from tenuto.clinic.pathway.api import Batch, safety_now, safety_of
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel
from tenuto.clinic.ports.api import open_safety_tasks_of, put_on_call
from tenuto.clinic.scales.api import ask_by_link, close_unfinished
from tenuto.clinic.scales.services import record_triage
from tenuto.core.gate import Level
from tenuto.core.intake.facts import Answer, PatientFacts, Person
from tenuto.core.intake.safety import Risk
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, source_of
from tests.clinic.scales.filling import answer_one, phq9

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def request_(ana, alice):
    """A PHQ-9 by link, of which item 9 is answered with 2 and nothing else."""
    put_on_call(staff=alice, begins_at=NOW - DAY, ends_at=NOW + 10 * DAY, phone="555 0190", by=alice, at=NOW)
    prefer_contact(patient=ana, channel=Channel.SMS, allowed=True, address="555 0142", by=alice, at=NOW)
    sent = ask_by_link(patient=ana, instruments=["phq9"], expires=NOW + DAY, by=alice, at=NOW)
    answer_one(sent.request, "phq9", "9", 2, at=NOW)
    return sent.request


def triaged(patient, by, level=RiskLevel.NONE, at=NOW + 5 * MINUTE):
    return record_triage(patient=patient, level=level, rests_on="Interview by phone", by=by, at=at)


def finish(request, at):
    for number in range(1, 9):
        answer_one(request, "phq9", str(number), 1, at=at)
    answer_one(request, "phq9", "10", 1, at=at)
    assert request.forms.get().answers["9"] == 2


def state_of(patient):
    return safety_now(patient, Batch.of(patient))


def kinds(patient):
    return [
        task.kind for task in open_safety_tasks_of(patient) if task.kind.startswith(("suicide", "triage"))
    ]


def look(patient, minutes=30):
    return open_missing_tasks(patient.clinic, at=NOW + minutes * MINUTE)


def test_an_answer_of_a_begun_form_is_red_and_blocks(ana, request_):
    state = state_of(ana)
    assert state.risk is Risk.OPEN
    assert state.sentences[0] == "PHQ-9 item 9 was 2, Tue 24 Nov 2026, 09:30. No triage since."
    codes = {f.code for f in current(ana).gate.findings if f.level >= Level.BLOCK}
    assert "SUICIDE-ITEM-URGENT" in codes


def test_several_patients_together_say_the_same(ana, alice, request_):
    other = receive(
        facts=PatientFacts(Person("Ben Okafor")), source=source_of("b.json"), by=alice, at=NOW
    ).patient
    batch = Batch([ana, other], clinic=ana.clinic, today=clock.today(ana.clinic))
    assert safety_of(batch)[ana.pk] == state_of(ana)


def test_a_triage_of_a_begun_form_that_finds_none_leaves_both_statements(ana, alice, request_):
    triaged(ana, alice)
    state = state_of(ana)
    assert state.risk is Risk.KNOWN
    assert "PHQ-9 item 9 was 2" in state.text
    assert "found no risk. Both stand." in state.text


def test_finishing_the_form_after_the_triage_is_no_new_answer(ana, alice, request_):
    triaged(ana, alice)
    before = state_of(ana)
    finish(request_, NOW + 10 * MINUTE)
    assert state_of(ana) == before
    assert kinds(ana) == []


def test_what_runs_out_after_the_triage_is_no_new_answer(ana, alice, request_):
    triaged(ana, alice)
    close_unfinished(request=request_.pk, by=alice, at=NOW + 2 * DAY)
    assert state_of(ana).risk is Risk.KNOWN


def test_an_answer_that_is_taken_back_was_given(ana, alice, request_):
    answer_one(request_, "phq9", "9", 0, at=NOW + MINUTE)
    assert "PHQ-9 item 9 was 2" in state_of(ana).text
    triaged(ana, alice)
    answer_one(request_, "phq9", "9", 3, at=NOW + 10 * MINUTE)
    assert state_of(ana).sentences[0].startswith("PHQ-9 item 9 was 3")


def test_an_open_risk_without_a_task_has_one_of_its_answer(ana, alice, request_):
    triaged(ana, alice)
    answer_one(request_, "phq9", "9", 2, at=NOW + 10 * MINUTE)
    assert (state_of(ana).risk, kinds(ana)) == (Risk.OPEN, [])
    assert look(ana) == 1
    (task,) = open_safety_tasks_of(ana)
    assert (task.kind, task.owner_name, task.due) == ("suicide.urgent", "Alice", NOW + 45 * MINUTE)
    assert task.why.startswith("PHQ-9 item 9 was 2")
    assert look(ana, 31) == 0


def test_only_what_was_written_lately_is_looked_at(ana, alice, request_):
    triaged(ana, alice)
    answer_one(request_, "phq9", "9", 2, at=NOW + 10 * MINUTE)
    assert open_missing_tasks(ana.clinic, at=NOW, since=NOW + 9999 * DAY) == 0
    assert open_missing_tasks(ana.clinic, at=NOW, since=NOW - DAY) == 1


def test_a_high_risk_waits_for_a_prescriber(alice, bob):
    high = Answer("suicide.screen", "high", NOW.date())
    facts = PatientFacts(Person("Ben Okafor"), answers=(high,))
    ben = receive(facts=facts, source=source_of("b.json"), by=alice, at=NOW).patient
    assert (state_of(ben).risk, kinds(ben)) == (Risk.OPEN, [])
    assert look(ben) == 1
    assert kinds(ben) == ["suicide.urgent"]
    triaged(ben, bob, at=NOW + DAY)
    assert kinds(ben) == ["suicide.urgent"]
    triaged(ben, alice, at=NOW + DAY + MINUTE)
    assert kinds(ben) == []
    assert look(ben, 3000) == 0


def test_a_form_with_a_task_and_a_person_without_a_risk_have_no_second(ana, alice):
    assert look(ana) == 0
    phq9(ana, alice, 1, 1, 1, 1, 1, 1, 1, 1, 2)
    assert look(ana) == 0


def test_the_program_looks_every_minute():
    jobs = {job.name.rpartition(".")[2]: job.period for job in regular_jobs()}
    assert jobs["look_at_what_is_new"] == MINUTE
    assert jobs["look_at_everybody"] == timedelta(hours=1)
