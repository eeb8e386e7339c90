"""The worked-out rows follow every action, and never outlive the day or the policy (docs/adr/0013-worklist.md)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import end_of_day
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.desk.models import Progress, Standing, WorkRow
from tenuto.clinic.desk.projection import judge_all, rebuild, refresh
from tenuto.clinic.desk.regular import judge_lists, look_over_those_at_risk, mend, work_out_lists
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.policies.services import activate
from tenuto.clinic.ports.api import close_task, lift_hold, open_task, place_hold
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.policies.conftest import dora, fresh, signed, version  # noqa: F401 - fixtures
from tests.clinic.scales.filling import phq9

TODAY = NOW.date()


def many(alice, number):
    return [
        receive(
            facts=facts_of(f"Patient {n}", f"MRN 50{n}"),
            source=source_of(digest=f"{n:064}"),
            by=alice,
            at=NOW,
        ).patient
        for n in range(number)
    ]


def snapshot(clinic):
    """All rows of a clinic as values."""
    return (
        sorted(Standing.objects.filter(clinic=clinic).values_list()),
        sorted(WorkRow.objects.filter(clinic=clinic).values_list(), key=str),
    )


def test_a_new_patient_appears(clinic, ana):
    assert refresh(clinic, today=TODAY) == 0
    assert Standing.objects.get().mark == "refuse"
    assert WorkRow.objects.get().key == f"step:{ana.pk}"


def test_nothing_is_written_when_nothing_happened(clinic, ana, django_assert_num_queries):
    refresh(clinic, today=TODAY)
    with django_assert_num_queries(4):
        refresh(clinic, today=TODAY)


def test_tasks_and_holds_come_and_go(clinic, alice, ana):
    task = open_task(
        patient=ana,
        kind="test.order",
        why="Ask again.",
        owner_role=Role.COORDINATOR,
        due=NOW,
        by=alice,
        at=NOW,
    )
    hold = place_hold(patient=ana, why="Fever.", by=alice, at=NOW)
    loose = open_task(
        patient=None,
        kind="test.order",
        why="Call back.",
        owner_role=Role.COORDINATOR,
        due=NOW,
        by=alice,
        at=NOW,
    )
    refresh(clinic, today=TODAY)
    expected = {f"task:{task.id}", f"task:{loose.id}", f"hold:{hold.id}", f"step:{ana.pk}"}
    assert set(WorkRow.objects.values_list("key", flat=True)) == expected
    close_task(task=task.id, note="Asked.", by=alice, at=NOW)
    close_task(task=loose.id, note="Called.", by=alice, at=NOW)
    lift_hold(hold=hold.id, why="Gone.", by=alice, at=NOW)
    refresh(clinic, today=TODAY)
    assert WorkRow.objects.get().key == f"step:{ana.pk}"


def test_a_hold_has_a_day_by_which_somebody_sees_the_patient(clinic, alice, ana):
    until = TODAY + timedelta(days=3)
    open_end = place_hold(patient=ana, why="Fever.", by=alice, at=NOW)
    with_end = place_hold(patient=ana, why="Shingles.", until=until, by=alice, at=NOW)
    refresh(clinic, today=TODAY)
    due = dict(WorkRow.objects.values_list("key", "due"))
    assert due[f"hold:{open_end.id}"] == end_of_day(clinic, TODAY)
    assert due[f"hold:{with_end.id}"] == end_of_day(clinic, until)
    assert WorkRow.objects.get(key=f"hold:{with_end.id}").more == "until Fri 27 Nov 2026"


def test_what_follows_step_by_step_is_what_a_rebuild_gives(clinic, alice, ana):
    refresh(clinic, today=TODAY)
    many(alice, 3)
    refresh(clinic, today=TODAY)
    place_hold(patient=ana, why="Fever.", by=alice, at=NOW)
    refresh(clinic, today=TODAY)
    followed = snapshot(clinic)
    rebuild(clinic)
    assert not Standing.objects.exists()
    judge_all(clinic, today=TODAY)
    assert snapshot(clinic) == followed


def test_a_new_day_shows_no_mark_of_the_old_one(clinic, alice):
    many(alice, 3)
    judge_all(clinic, today=TODAY)
    assert refresh(clinic, today=TODAY + timedelta(days=1), limit=1) == 2
    marks = sorted(Standing.objects.values_list("mark", flat=True))
    assert marks == ["refuse", "unknown", "unknown"]
    assert sorted(WorkRow.objects.values_list("mark", flat=True)) == ["refuse", "unknown", "unknown"]
    assert judge_all(clinic, today=TODAY + timedelta(days=1)) == 2


def test_the_worker_works_out_what_a_new_day_made_void(clinic, alice, other_clinic, monkeypatch):
    many(alice, 3)
    judge_all(clinic, today=TODAY)
    judge_all(other_clinic, today=TODAY)
    judge_lists.call()
    assert not DBTaskResult.objects.exists(), "nothing waits"
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=1))
    judge_lists.call()
    (waits,) = DBTaskResult.objects.all()
    assert waits.queue_name == "long", "what looks after safety each minute never waits for it"
    work_out_lists.call(str(clinic.pk))
    assert set(Standing.objects.values_list("as_of", flat=True)) == {TODAY + timedelta(days=1)}


def test_a_new_policy_is_followed(clinic, alice, ana, dora, signed):  # noqa: F811 - fixtures
    refresh(clinic, today=TODAY)
    before = Standing.objects.get().policy_sha256
    activate(policy=signed, why="Agreed on Monday.", signature=fresh(dora), at=NOW)
    refresh(clinic, today=TODAY)
    assert Standing.objects.get().policy_sha256 == signed.sha256 != before


def test_another_clinics_deeds_are_not_ours(clinic, other_clinic, ana, charlie):
    refresh(clinic, today=TODAY)
    place = Progress.objects.get().through_event
    receive(facts=facts_of("Theirs", "X 1"), source=source_of(digest="7" * 64), by=charlie, at=NOW)
    refresh(clinic, today=TODAY)
    assert Progress.objects.get(clinic=clinic).through_event == place
    assert Standing.objects.filter(clinic=clinic).count() == 1


@pytest.mark.parametrize("words", [[], ["--rebuild"]])
def test_the_command_works_everyone_out(clinic, alice, capsys, words):
    many(alice, 3)
    call_command("judge_worklist", *words)
    assert "Meadow Clinic: 3 patients worked out." in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_lists_that_were_changed_by_hand_are_worked_out_anew_on_record(clinic, alice):
    many(alice, 3)
    judge_all(clinic, today=clock.today(clinic))
    assert mend(clinic) == 0
    WorkRow.objects.all().delete()
    Standing.objects.update(mark="pass", why="All well")
    assert mend(clinic) == 6
    assert WorkRow.objects.count() == 3
    assert set(Standing.objects.values_list("mark", flat=True)) == {"refuse"}
    event = AuditEvent.objects.order_by("-number").first()
    assert (event.action, event.kind, event.detail["differences"]) == (
        "lists were changed past the program",
        EventKind.OVERRIDE,
        6,
    )
    assert mend(clinic) == 0


@pytest.fixture
def at_risk(clinic, alice):
    """One of several patients reports thoughts of death."""
    patients = many(alice, 3)
    phq9(patients[1], alice, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    judge_all(clinic, today=clock.today(clinic))
    look_over_those_at_risk.func()
    assert not forged_events()
    return patients[1]


def forged_events():
    return AuditEvent.objects.filter(action="lists were changed past the program")


HIDDEN = {
    "the task is taken out": lambda patient: WorkRow.objects.filter(patient=patient).delete(),
    "the task is somebody else's": lambda patient: WorkRow.objects.filter(patient=patient).update(
        owner_role=Role.AUDITOR, owner=None, everybodys=False
    ),
    "the task is due in a year": lambda patient: WorkRow.objects.filter(patient=patient).update(
        due=NOW + timedelta(days=365), rank=99
    ),
    "the mark is green": lambda patient: Standing.objects.filter(patient=patient).update(
        mark="pass", safety="", rank=99, why="All well"
    ),
    "the patient is in no list": lambda patient: Standing.objects.filter(patient=patient).delete(),
    "the lists run ahead": lambda patient: Progress.objects.update(through_event=10**9),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", HIDDEN)
def test_nobody_at_risk_is_out_of_sight_for_longer_than_a_minute(clinic, at_risk, how):
    before = snapshot(clinic)
    HIDDEN[how](at_risk)
    look_over_those_at_risk.func()
    assert forged_events().count() == 1
    assert snapshot(clinic) == before
    look_over_those_at_risk.func()
    assert forged_events().count() == 1
