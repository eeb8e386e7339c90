"""A task of safety that is late is given on to a second person by name, then to the director; each step once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.services import employ
from tenuto.clinic.desk.models import WorkRow
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports import api
from tenuto.clinic.ports.escalating import escalate_late
from tenuto.clinic.ports.models import TaskEscalation
from tenuto.clinic.scales.services import record_triage
from tenuto.core.literature.tasks import steps_due, task_kind
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, PASSWORD
from tests.clinic.plan.test_page import text_of
from tests.clinic.ports.test_task_ends import opened

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "minutes_late", "steps"),
    [
        ("suicide.urgent", -1, 0),
        ("suicide.urgent", 0, 0),
        ("suicide.urgent", 1, 1),
        ("suicide.urgent", 15, 1),
        ("suicide.urgent", 16, 2),
        ("suicide.screen", 60, 1),
        ("suicide.screen", 61, 2),
        ("test.order", 99999, 0),
    ],
)
def test_how_far_a_late_task_is_given_on(kind, minutes_late, steps):
    now = NOW + minutes_late * MINUTE
    assert steps_due(task_kind(kind), due=NOW, now=now) == steps


@pytest.fixture
def second(clinic):
    return employ(
        clinic=clinic, username="paul", password=PASSWORD, name="Paul", role=Role.PRESCRIBER, at=NOW
    )


def late(task, minutes):
    return task.due + minutes * MINUTE


def told(task):
    return [
        (each.step, each.told.username if each.told else None)
        for each in TaskEscalation.objects.order_by("step")
    ]


def test_a_second_person_is_told_then_the_director(ana, bob, alice, second, dora):
    task = opened(ana, bob, "suicide.urgent")
    assert escalate_late(ana.clinic, at=late(task, 0)) == 0
    assert escalate_late(ana.clinic, at=late(task, 1)) == 1
    assert told(task) == [(1, "alice")]
    assert escalate_late(ana.clinic, at=late(task, 16)) == 1
    assert told(task) == [(1, "alice"), (2, "dora")]
    assert escalate_late(ana.clinic, at=late(task, 99)) == 0
    (row,) = api.open_tasks_of(ana)
    assert row.told_ids == (alice.pk, dora.pk)
    events = AuditEvent.objects.filter(action="escalated task").order_by("number")
    assert [(e.detail["told"], e.detail["minutes_late"]) for e in events] == [
        ("Alice (alice)", 1),
        ("Dora (dora)", 16),
    ]
    assert events[0].by_name == "Tenuto, tasks.late"


def test_the_owner_is_not_the_second_person(ana, bob, alice, second, dora):
    known = task_kind("suicide.urgent")
    task = api.open_task(
        patient=ana,
        kind=known.id,
        why=known.why,
        owner_role=Role.PRESCRIBER,
        owner=alice,
        due=NOW,
        by=bob,
        at=NOW,
    )
    escalate_late(ana.clinic, at=late(task, 1))
    assert told(task) == [(1, "paul")]


def test_where_nobody_is_left_that_is_on_record_too(ana, bob, alice, dora):
    Staff.objects.filter(pk=dora.pk).update(is_active=False)
    known = task_kind("suicide.urgent")
    task = api.open_task(
        patient=ana,
        kind=known.id,
        why=known.why,
        owner_role=Role.PRESCRIBER,
        owner=alice,
        due=NOW,
        by=bob,
        at=NOW,
    )
    assert escalate_late(ana.clinic, at=late(task, 16)) == 2
    assert told(task) == [(1, None), (2, None)]


def test_nobody_of_another_clinic_is_told(ana, bob, charlie, alice):
    task = opened(ana, bob, "suicide.urgent")
    assert escalate_late(charlie.clinic, at=late(task, 16)) == 0
    escalate_late(ana.clinic, at=late(task, 16))
    assert "charlie" not in {name for _, name in told(task)}


def test_what_ended_or_is_no_task_of_safety_is_given_on_to_nobody(ana, alice, bob, dora):
    ended, other = opened(ana, bob, "suicide.screen"), opened(ana, bob, "test.order")
    record_triage(
        patient=ana, level=RiskLevel.NONE, rests_on="Talked it over at length today.", by=alice, at=NOW
    )
    assert escalate_late(ana.clinic, at=late(other, 9999)) == 0
    assert ended.id != other.id


def test_the_page_and_the_weekly_review_say_to_whom_and_how_late(visit, ana, alice, bob, dora):
    task = opened(ana, bob, "suicide.screen")
    escalate_late(ana.clinic, at=late(task, 61))
    page = text_of(visit(bob).get(f"/patients/{ana.pk}/tasks/{task.id}/"))
    assert "Owner Dora Before Prescriber, then Alice" in page
    assert "A second person Given on to Alice" in page
    assert "The medical director Given on to Dora" in page
    record_triage(
        patient=ana,
        level=RiskLevel.NONE,
        rests_on="Talked it over at length today.",
        by=alice,
        at=late(task, 70),
    )
    review = text_of(visit(dora).get("/audit/"))
    assert "Suicide triage of Ana Silva given on to Alice (alice), 61 min late Late" in review
    assert (
        "Suicide triage of Ana Silva ended 70 min late by a suicide triage: Talked it over at length today. Late"
        in review
    )
    rows = review.split("Events, the newest first")[1]
    assert (
        "closed task Suicide triage, ended 70 min late by a suicide triage: Talked it over at length today."
        in rows
    )
    assert "escalated task Suicide triage, given on to Dora (dora), 61 min late" in rows
    assert "opened task Suicide triage" in rows
    page = text_of(visit(bob).get(f"/patients/{ana.pk}/tasks/{task.id}/"))
    assert "Alice (alice), 70 min late: a suicide triage." in page


def test_whose_a_late_task_is_now_and_whose_it_was_stands_wherever_it_is_shown(
    visit, ana, alice, bob, second, dora
):
    task = opened(ana, bob, "suicide.urgent")
    escalate_late(ana.clinic, at=late(task, 16))
    said = "Given on to Dora; before that Prescriber, then Alice."
    assert said in text_of(visit(dora).get("/worklist/"))
    assert said in text_of(visit(bob).get(f"/patients/{ana.pk}/intake/"))
    row = WorkRow.objects.get(key=f"task:{task.id}")
    assert (row.owner, row.owner_role) == (dora, "prescriber")
    assert "Suicide risk, urgent , Dora, by" in text_of(visit(bob).get(f"/patients/{ana.pk}/intake/"))


def test_given_on_to_nobody_is_said_wherever_the_task_is_shown(visit, ana, alice, dora):
    dora.is_active = False
    dora.save()
    task = opened(ana, alice, "suicide.urgent")
    assert escalate_late(ana.clinic, at=late(task, 99)) == 2
    alone = Staff.objects.filter(clinic=ana.clinic, is_active=True)
    assert [each.username for each in alone] == ["alice"]
    said = "to nobody: nobody of the role is here"
    for address in (
        f"/patients/{ana.pk}/tasks/{task.id}/",
        f"/patients/{ana.pk}/intake/",
        "/worklist/",
    ):
        assert said in text_of(visit(alice).get(address)), address
    dora.is_active = True
    dora.save()
    assert said.lower() in text_of(visit(dora).get("/audit/")).lower()


def test_a_late_task_of_no_safety_stands_in_the_review_and_one_in_time_does_not(visit, ana, alice, bob, dora):
    for hours, note in ((3, "Asked for once more."), (-1, "Done in time.")):
        task = opened(ana, bob, "test.order")
        api.close_task(task=task.id, note=note, by=alice, at=late(task, 60 * hours))
    review = text_of(visit(dora).get("/audit/")).split("Who may see or sign, changed")[0]
    assert "ended 3 h late by a note: Asked for once more. Late" in review
    assert "Done in time." not in review
