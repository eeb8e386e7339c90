"""The program itself writes into the ports, in one clinic and by a rule of its own; twice is once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.actors import SYSTEM, Machine, Someone
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports import api
from tenuto.clinic.ports.models import Hold, Task, Window
from tests.clinic.conftest import NOW
from tests.clinic.processes import house, run
from tests.patience import PATIENCE

pytestmark = pytest.mark.thorough

__all__ = ["house"]

DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def clock(ana):
    return Machine(ana.clinic_id, "scores.overdue", ana.clinic.zone)


def held(patient, by, key="scores:2026-11", **more):
    return api.place_hold(
        patient=patient, kind=Hold.Kind.RED_FLAG, rule="scores.overdue", key=key, why="No score for six weeks.", by=by,
        at=NOW, **more,
    )  # fmt: skip


def test_a_machine_holds_by_a_rule_and_once_for_a_reason(ana, clock):
    hold = held(ana, clock)
    assert (hold.kind, hold.rule, hold.recorded_by_name) == (
        "red_flag",
        "scores.overdue",
        "Tenuto, scores.overdue",
    )
    assert held(ana, clock) == hold
    assert held(ana, clock, key="scores:2026-12").id != hold.id
    assert AuditEvent.objects.filter(action="placed hold").count() == 2


def test_a_hold_that_a_person_lifted_is_not_placed_again_for_the_same_reason(ana, clock, alice):
    hold = held(ana, clock)
    api.lift_hold(hold=hold.id, why="Scored by phone.", by=alice, at=NOW)
    again = held(ana, clock)
    assert (again.id, again.lifted) == (hold.id, True)
    assert api.active_holds(ana, on=TODAY) == []


def test_a_machine_names_its_rule_and_key(ana, clock):
    for missing in ({"rule": "", "key": "k"}, {"rule": "r", "key": ""}):
        with pytest.raises(ValueError, match="by a rule and with a key"):
            api.place_hold(patient=ana, why="x", by=clock, at=NOW, **missing)


def test_a_machine_lifts_only_what_its_own_rule_placed(ana, clock, alice):
    persons, own = api.place_hold(patient=ana, why="Pregnancy test.", by=alice, at=NOW), held(ana, clock)
    with pytest.raises(PermissionError, match="A prescriber lifts it"):
        api.lift_hold(hold=persons.id, why="Over.", by=clock, at=NOW)
    with pytest.raises(PermissionError):
        api.lift_hold(
            hold=own.id, why="Over.", by=Machine(ana.clinic_id, "another.rule", ana.clinic.zone), at=NOW
        )
    api.lift_hold(hold=own.id, why="A score came in.", by=clock, at=NOW)
    assert api.active_holds(ana, on=TODAY) == [persons]


def test_a_machine_opens_a_task_once_and_ends_what_its_kind_lets_it(ana, clock):
    def ask():
        return api.open_task(
            patient=ana, kind="test.order", why="Liver enzymes.", owner_role=Role.COORDINATOR, target="lab.liver",
            key="liver:2026-11", due=NOW + DAY, by=clock, at=NOW,
        )  # fmt: skip

    task = ask()
    assert ask() == task
    assert (task.stage, task.target, Task.objects.count()) == ("intake", "lab.liver", 1)
    with pytest.raises(PermissionError, match="may not end"):
        api.close_task(task=task.id, note="Seen.", by=clock, at=NOW)


def test_the_same_window_again_is_the_one_that_stands(ana, clock):
    first = api.set_window(patient=ana, opens=TODAY, closes=TODAY + DAY, why="Drifting.", by=clock, at=NOW)
    assert (
        api.set_window(patient=ana, opens=TODAY, closes=TODAY + DAY, why="Drifting.", by=clock, at=NOW)
        == first
    )
    other = api.set_window(
        patient=ana, opens=TODAY, closes=TODAY + 2 * DAY, why="Drifting.", by=clock, at=NOW + DAY
    )
    assert Window.objects.count() == 2
    assert api.current_window(ana) == other


WRITES = {
    "place_hold": {"rule": "r", "key": "k"},
    "set_window": {"opens": TODAY, "closes": TODAY},
    "withdraw_window": {},
}


@pytest.mark.parametrize("write", WRITES)
def test_a_machine_of_another_clinic_or_of_none_writes_nothing(ana, other_clinic, write):
    call = getattr(api, write)
    with pytest.raises(WrongClinic):
        call(
            patient=ana, why="x", by=Machine(other_clinic.pk, "r", other_clinic.zone), at=NOW, **WRITES[write]
        )
    with pytest.raises((WrongClinic, ValueError)):
        call(patient=ana, why="x", by=SYSTEM, at=NOW, **WRITES[write])


@pytest.mark.parametrize("write", WRITES)
def test_a_patient_with_a_link_or_a_role_that_may_not_writes_nothing(ana, carol, write):
    call = getattr(api, write)
    for by in (Someone("link", ana.clinic_id, "Ana Silva, by link"), carol):
        with pytest.raises(PermissionError):
            call(patient=ana, why="x", by=by, at=NOW, **WRITES[write])
    assert not Hold.objects.exists()
    assert not Window.objects.exists()


PREPARE = """
import django
django.setup()
from datetime import date
from django.utils import timezone
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.people.services import register_patient
clinic, now = open_clinic(name="Busy Clinic", demonstration=False), timezone.now()
employ(clinic=clinic, username="alice", password="x", name="Alice", role=Role.PRESCRIBER, at=now)
alice = Staff.objects.get(username="alice")
register_patient(name="Ana Silva", birth_date=date(1981, 5, 4), identifiers=(), by=alice, at=now)
"""
MACHINE = """
import json
import sys
import django
django.setup()
from django.utils import timezone
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports import api
from tenuto.clinic.ports.models import Hold, Task
patient = Patient.objects.get()
by = Machine(patient.clinic_id, "scores.overdue", patient.clinic.zone)
print("ready", flush=True)
for line in sys.stdin:
    n, now = json.loads(line), timezone.now()
    hold = api.place_hold(
        patient=patient, rule=by.rule, key=f"k{n}", why="No score.", by=by, at=now
    )
    task = api.open_task(
        patient=patient, kind="test.order", why="No score.", owner_role="coordinator", key=f"t{n}", due=now, by=by, at=now
    )
    kept = [Hold.objects.filter(key=f"k{n}").count(), Task.objects.filter(key=f"t{n}").count()]
    print(json.dumps([str(hold.id), str(task.id), kept]), flush=True)
"""


def test_two_machines_at_once_place_one_hold_and_open_one_task(house):
    run(PREPARE, house)
    pair = [
        subprocess.Popen(
            [sys.executable, "-c", MACHINE],
            env=house,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in pair:
        assert process.stdout.readline().strip() == "ready"
    for n in range(12):
        for process in pair:
            process.stdin.write(f"{n}\n")
            process.stdin.flush()
        one, other = (json.loads(process.stdout.readline()) for process in pair)
        assert one[:2] == other[:2]
        assert one[2] == other[2] == [1, 1]
    for process in pair:
        process.stdin.close()
        assert process.wait(timeout=PATIENCE) == 0
