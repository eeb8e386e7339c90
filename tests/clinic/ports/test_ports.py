"""Task, Hold and Window: written once, read by others; that one ended is a further row."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports import api
from tenuto.clinic.ports.models import Hold, Task, TaskEnd
from tests.clinic.conftest import NOW

TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def open_task(ana, alice):
    def run(**changed):
        given = {
            "kind": "test.order",
            "why": "Answered yes to question 9.",
            "owner_role": Role.PRESCRIBER,
            "due": NOW + DAY,
        }
        return api.open_task(**{"patient": ana, "by": alice, "at": NOW, **given, **changed})

    return run


def test_a_task_says_who_what_and_by_when(open_task, ana, alice, bob):
    row = open_task(owner=bob, owner_role=Role.NURSE)
    assert api.open_tasks(ana.clinic) == [row]
    assert (row.owner_name, row.owner_role, row.patient_name) == ("Bob", Role.NURSE, ana.name)
    assert row.recorded_by_name == "Alice (alice)"
    assert not row.is_late(NOW + DAY)
    assert row.is_late(NOW + DAY + timedelta(seconds=1))
    assert AuditEvent.objects.get(action="opened task").patient_id == ana.pk


def test_the_first_due_comes_first(open_task, ana):
    later, sooner = open_task(due=NOW + 2 * DAY), open_task(due=NOW + DAY)
    assert [row.id for row in api.open_tasks(ana.clinic)] == [sooner.id, later.id]
    assert [row.id for row in api.open_tasks_of(ana)] == [sooner.id, later.id]


def test_a_closed_task_is_no_longer_open_and_stays(open_task, ana, alice):
    row = open_task()
    api.close_task(task=row.id, note="Spoke with her.", by=alice, at=NOW)
    assert api.open_tasks(ana.clinic) == []
    assert Task.objects.get().end.note == "Spoke with her."


def test_a_task_is_closed_once(open_task, alice, bob):
    row = open_task()
    api.close_task(task=row.id, note="Done.", by=alice, at=NOW)
    with pytest.raises(api.AlreadyEnded, match=r"closed by Alice \(alice\). Nothing was changed."):
        api.close_task(task=row.id, note="Mine.", outcome=TaskEnd.Outcome.NOT_NEEDED, by=bob, at=NOW)


def test_a_task_of_another_clinic_can_not_be_closed(open_task, charlie):
    row = open_task()
    with pytest.raises(Task.DoesNotExist):
        api.close_task(task=row.id, note="Done.", by=charlie, at=NOW)
    assert api.open_tasks(charlie.clinic) == []


def test_a_task_about_another_clinics_patient_is_refused(open_task, charlie, bob):
    with pytest.raises(WrongClinic):
        open_task(by=charlie)
    with pytest.raises(WrongClinic):
        open_task(owner=charlie)


def test_the_owner_has_the_role(open_task, bob):
    with pytest.raises(ValueError, match="Bob is a nurse, not a prescriber"):
        open_task(owner=bob)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_reason_is_needed(open_task, ana, alice, text):
    with pytest.raises(ValueError, match="Say why"):
        open_task(why=text)
    with pytest.raises(ValueError, match="Say why"):
        api.place_hold(patient=ana, why=text, by=alice, at=NOW)


def test_the_number_of_queries_is_fixed(open_task, ana, django_assert_num_queries):
    for _ in range(3):
        open_task()
    # Three of them compare the names that are written out.
    with django_assert_num_queries(5):
        assert len(api.open_tasks(ana.clinic)) == 3
    for _ in range(27):
        open_task()
    with django_assert_num_queries(5):
        assert len(api.open_tasks(ana.clinic)) == 30


def test_a_hold_is_in_force_through_its_last_day(ana, alice):
    hold = api.place_hold(patient=ana, why="Blood pressure.", until=TODAY + 2 * DAY, by=alice, at=NOW)
    assert api.active_holds(ana, on=TODAY + 2 * DAY) == [hold]
    assert api.active_holds(ana, on=TODAY + 3 * DAY) == []
    assert api.holds_in_force(ana.clinic, on=TODAY) == {ana.pk: [hold]}


def test_a_hold_without_a_day_lasts_until_it_is_lifted_once(ana, alice, bob, dora, charlie):
    hold = api.place_hold(patient=ana, why="Pregnancy test due.", by=bob, at=NOW)
    assert api.active_holds(ana, on=date(2099, 1, 1)) == [hold]
    with pytest.raises(Hold.DoesNotExist):
        api.lift_hold(hold=hold.id, why="x", by=charlie, at=NOW)
    api.lift_hold(hold=hold.id, why="Negative.", by=alice, at=NOW)
    assert api.active_holds(ana, on=TODAY) == []
    with pytest.raises(api.AlreadyEnded, match="lifted by Alice"):
        api.lift_hold(hold=hold.id, why="Negative.", by=dora, at=NOW)


def test_the_newest_window_counts_and_can_be_taken_back(ana, alice):
    assert api.current_window(ana) is None
    api.set_window(patient=ana, opens=TODAY, closes=TODAY + 7 * DAY, why="Week 4.", by=alice, at=NOW)
    newer = api.set_window(patient=ana, opens=TODAY, closes=TODAY, why="Drifting.", by=alice, at=NOW + DAY)
    assert api.current_window(ana) == newer
    assert api.windows(ana.clinic) == {ana.pk: newer}
    api.withdraw_window(patient=ana, why="Declined.", by=alice, at=NOW + 2 * DAY)
    assert api.current_window(ana) is None
    assert api.windows(ana.clinic) == {}


def test_no_window_that_stands_is_hidden_by_one_that_never_did(ana, alice):
    clock = Machine(ana.clinic_id, "forecast.night", ana.clinic.zone)
    forecast = api.set_window(
        patient=ana, opens=TODAY, closes=TODAY + 7 * DAY, why="Week 4.", by=clock, at=NOW
    )
    for moment in (NOW, NOW + DAY):
        api.withdraw_window(patient=ana, why="No infusion for now.", by=alice, at=moment)
    assert not AuditEvent.objects.filter(action="withdrew window").exists()
    assert api.current_window(ana) == forecast


def test_a_window_taken_back_shows_the_one_of_the_other_kind_once(ana, alice):
    clock = Machine(ana.clinic_id, "forecast.night", ana.clinic.zone)
    forecast = api.set_window(
        patient=ana, opens=TODAY, closes=TODAY + 7 * DAY, why="Week 4.", by=clock, at=NOW
    )
    decided = api.set_window(patient=ana, opens=TODAY, closes=TODAY, why="Agreed.", by=alice, at=NOW + DAY)
    assert api.windows(ana.clinic) == {ana.pk: decided}
    for moment in (NOW + DAY, NOW + 2 * DAY):
        api.withdraw_window(patient=ana, why="No infusion for now.", by=alice, at=moment)
    assert AuditEvent.objects.filter(action="withdrew window").count() == 1
    assert api.current_window(ana) == forecast
    assert api.windows(ana.clinic) == {ana.pk: forecast}
    assert api.windows_among([ana.pk]) == {ana.pk: {api.WindowKind.FORECAST: forecast}}


def test_a_window_closes_after_it_opens(ana, alice):
    with pytest.raises(ValueError, match="Exchange the days"):
        api.set_window(patient=ana, opens=TODAY, closes=TODAY - DAY, why="x", by=alice, at=NOW)


@pytest.mark.parametrize("write", ["place_hold", "set_window", "withdraw_window"])
def test_another_clinics_patient_is_out_of_reach(ana, charlie, write):
    more = {"opens": TODAY, "closes": TODAY} if write == "set_window" else {}
    with pytest.raises(WrongClinic):
        getattr(api, write)(patient=ana, why="x", by=charlie, at=NOW, **more)


def test_an_unknown_task_is_nobodys(alice):
    with pytest.raises(Task.DoesNotExist):
        api.close_task(task=uuid4(), note="x", by=alice, at=NOW)
