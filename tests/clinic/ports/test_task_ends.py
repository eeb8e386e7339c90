"""A task of safety ends by what is on record, recorded by who may; a note, an `x` or another role ends nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people import identity
from tenuto.clinic.ports import api
from tenuto.clinic.ports.models import Contact, NotReached, Task, TaskEnd
from tenuto.clinic.scales.services import record_triage
from tenuto.core.literature.tasks import CHECK_ABNORMAL, EndsBy, task_kind, task_kinds
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW
from tests.spec.tables import rows

LATER = NOW + timedelta(minutes=25)
TRIES = (NOW + timedelta(minutes=1), NOW + timedelta(minutes=11))
SAFETY = [kind.id for kind in task_kinds().values() if kind.safety]


def opened(patient, by, kind, at=NOW):
    known = task_kind(kind)
    return api.open_task(
        patient=patient,
        kind=kind,
        why=known.why,
        owner_role=Role(known.owner),
        due=at + known.within,
        by=by,
        at=at,
    )


def triage(patient, task, by):
    record_triage(
        patient=patient, level=RiskLevel.NONE, rests_on="Talked it over at length today.", by=by, at=LATER
    )


def contact(patient, task, by):
    api.record_contact(
        task=task.id,
        how="phone",
        reached=True,
        outcome="safe",
        words="Is safe, sister is with her.",
        by=by,
        at=LATER,
    )


def not_reached(patient, task, by):
    for tried in TRIES:
        attempt(task, by, tried)
    api.record_not_reached(
        task=task.id, welfare_check="Police asked.", reason_against_check="", by=by, at=LATER
    )


def attempt(task, by, tried=LATER):
    api.record_contact(
        task=task.id,
        how="phone",
        reached=False,
        words="No answer, rang out.",
        tried_at=tried,
        by=by,
        at=LATER,
    )


def note(patient, task, by):
    api.close_task(task=task.id, note="Done.", by=by, at=LATER)


RECORD = {"triage": triage, "contact": contact, "not_reached": not_reached, "note": note}


@pytest.mark.parametrize("row", rows("ports/task-ends.md"))
def test_what_ends_a_task_and_who_may(row, ana, alice, bob, carol, dora):
    by = next(staff for staff in (alice, bob, carol, dora) if staff.role == row["by"])
    task = opened(ana, alice, row["task"])
    if row["then"] == "ended":
        RECORD[row["recorded"]](ana, task, by)
        end = TaskEnd.objects.get(task=task.id)
        assert end.ended_by == row["recorded"]
        assert bool(end.record) == (row["recorded"] != "note")
        return
    with suppress(PermissionError):
        RECORD[row["recorded"]](ana, task, by)
    assert task.id in {each.id for each in api.open_tasks_of(ana)}


@pytest.mark.parametrize("kind", SAFETY)
@pytest.mark.parametrize("text", ["x", "done", "Spoke with her at length, all is well."])
def test_no_text_of_anybody_ends_a_task_of_safety(ana, alice, bob, carol, dora, kind, text):
    task = opened(ana, alice, kind)
    for by in (alice, bob, carol, dora):
        with pytest.raises(api.NotByNote, match="A note does not end"):
            api.close_task(task=task.id, note=text, by=by, at=LATER)
    machine = Machine(ana.clinic_id, "test", ana.clinic.zone)
    with pytest.raises(api.NotByNote):
        api.close_task(task=task.id, note=text, by=machine, at=LATER)
    assert not TaskEnd.objects.exists()


def test_every_safety_kind_is_given_on_when_it_is_late_and_ended_by_people_only():
    for kind in task_kinds().values():
        assert kind.may_end <= {*Role.values, "machine"}, kind.id
        if kind.safety:
            assert EndsBy.NOTE not in kind.ends_by
            # The result that a person recorded ends it; the program only notes that it is there.
            assert "machine" not in kind.may_end or kind.id == CHECK_ABNORMAL
            assert kind.second_after is not None
            assert kind.director_after is not None


def test_a_refusal_says_what_ends_the_task_instead(ana, alice):
    task = opened(ana, alice, "suicide.screen")
    with pytest.raises(api.NotByNote) as caught:
        api.close_task(task=task.id, note="Screened.", by=alice, at=LATER)
    assert str(caught.value) == (
        "A note does not end “Suicide triage”. It ends when a suicide triage is recorded."
    )


def test_the_end_says_on_which_record_how_late_and_why(ana, alice):
    task = opened(ana, alice, "suicide.screen")
    late = task.due + timedelta(minutes=25)
    row, _ = record_triage(
        patient=ana, level=RiskLevel.NONE, rests_on="Talked it over at length today.", by=alice, at=late
    )
    end = TaskEnd.objects.get(task=task.id)
    assert (end.record, end.minutes_late) == (f"scales.suicidetriage:{row.pk}", 25)
    detail = AuditEvent.objects.get(action="closed task").detail
    assert detail == {
        "kind": "suicide.screen",
        "ended_by": "triage",
        "record": end.record,
        "note": "Talked it over at length today.",
        "outcome": "done",
        "minutes_late": 25,
    }


def test_a_triage_ends_what_waited_for_it_before_it_opens_its_own(ana, alice):
    before = opened(ana, alice, "suicide.urgent"), opened(ana, alice, "triage.low")
    _, tasks = record_triage(
        patient=ana,
        level=RiskLevel.HIGH,
        rests_on="Plan and means at hand, will not say no.",
        by=alice,
        at=LATER,
    )
    assert [task.id for task in api.open_tasks_of(ana)] == [task.id for task in tasks]
    assert TaskEnd.objects.filter(task__in=[task.id for task in before]).count() == 2


def test_the_triage_of_another_patient_ends_nothing(ana, alice, bob):
    from tenuto.clinic.intake.services import receive
    from tests.clinic.conftest import facts_of, source_of

    other = receive(facts=facts_of("Bea Costa", "MRN 2"), source=source_of(digest="1" * 64), by=alice, at=NOW)
    task = opened(ana, alice, "suicide.screen")
    triage(other.patient, task, alice)
    assert [each.id for each in api.open_tasks_of(ana)] == [task.id]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"words": "ok"}, "in a sentence"),
        ({"words": "  "}, "in a sentence"),
        ({"outcome": ""}, "choose an outcome"),
        ({"outcome": "fine"}, "choose an outcome"),
    ],
)
def test_reached_needs_an_outcome_and_words(ana, alice, given, message):
    task = opened(ana, alice, "triage.low")
    full = {"how": "phone", "reached": True, "outcome": "safe", "words": "Is well and safe."}
    with pytest.raises(api.ContactRefused, match=message):
        api.record_contact(task=task.id, by=alice, at=LATER, **{**full, **given})
    assert not Contact.objects.exists()


def test_not_reached_needs_the_attempts_the_contact_and_a_check_or_a_reason(ana, alice, bob):
    task = opened(ana, alice, "suicide.screen")
    named = identity.set_support_person(patient=ana, name="Rui Silva", relation="brother", phone="555 010 0102", may_be_told=False, by=alice, at=NOW)  # fmt: skip
    full = {
        "emergency_contact": "He has no news of her.",
        "called_at": NOW + timedelta(minutes=12),
        "welfare_check": "Police asked.",
        "reason_against_check": "",
    }

    def say(by=bob, **changed):
        return api.record_not_reached(task=task.id, by=by, at=LATER, **{**full, **changed})

    for tried in (TRIES[0], TRIES[0], TRIES[0] + timedelta(minutes=9, seconds=59)):
        attempt(task, bob, tried)
    with pytest.raises(
        api.ContactRefused, match="1 of 2 attempts are on record that lie at least 10 minutes"
    ):
        say()
    attempt(task, bob, TRIES[1])
    for words, called in (("nobody", NOW), ("He has no news of her.", None)):
        with pytest.raises(api.ContactRefused, match=r"Call the emergency contact on record .*Rui Silva"):
            say(emergency_contact=words, called_at=called)
    for called, message in ((LATER + timedelta(minutes=1), "future"), (NOW - timedelta(hours=1), "before")):
        with pytest.raises(api.ContactRefused, match=message):
            say(called_at=called)
    for check in (" ", "no"):
        with pytest.raises(api.ContactRefused, match="Ask for a welfare check"):
            say(welfare_check=check)
    with pytest.raises(PermissionError, match="A prescriber does"):
        say(welfare_check="", reason_against_check="not needed I think")
    assert not NotReached.objects.exists()
    say(by=alice, welfare_check="", reason_against_check="Is at work, says her brother.")
    row = NotReached.objects.get()
    assert row.emergency_contact.startswith(f"On record: Support person: {named}, 555 010 0102.")
    assert row.emergency_contact.endswith(": He has no news of her.")
    with pytest.raises(api.ContactRefused, match="That is on record"):
        say()


@pytest.mark.parametrize("kind", [kind.id for kind in task_kinds().values() if kind.try_again])
def test_not_reached_ends_no_risk_and_somebody_else_tries_next(ana, alice, bob, dora, kind):
    task = opened(ana, alice, kind)
    for tried in TRIES:
        attempt(task, alice, tried)
    again = api.record_not_reached(
        task=task.id,
        welfare_check="Police asked at ten.",
        reason_against_check="",
        by=alice,
        at=LATER,
    )
    assert NotReached.objects.get().emergency_contact == "Nobody is on record as a contact."
    assert (again.kind, again.owner_name, again.due) == (
        "contact.again",
        bob.name,
        LATER + timedelta(hours=2),
    )
    still = {each.id for each in api.open_tasks_of(ana)}
    assert still == ({again.id} if kind == "contact.again" else {task.id, again.id})


@pytest.mark.parametrize(
    ("minutes", "message"), [(1, "can't lie in the future"), (-26, "before this task was opened")]
)
def test_an_attempt_was_after_the_task_and_is_not_to_come(ana, alice, minutes, message):
    task = opened(ana, alice, "suicide.screen")
    with pytest.raises(api.ContactRefused, match=message):
        attempt(task, alice, LATER + timedelta(minutes=minutes))
    assert not Contact.objects.exists()


def test_another_clinic_reaches_nobody(ana, alice, charlie):
    task = opened(ana, alice, "suicide.screen")
    with pytest.raises(Task.DoesNotExist):
        attempt(task, charlie)


def test_somebody_who_left_ends_nothing(ana, alice, bob):
    task = opened(ana, alice, "triage.low")
    left = Staff.objects.get(pk=bob.pk)
    left.is_active = False
    with pytest.raises(PermissionError):
        contact(ana, task, left)


@pytest.mark.parametrize("kind", [kind.id for kind in task_kinds().values() if kind.suicide_risk])
def test_a_message_reaches_nobody_who_may_be_at_risk(ana, alice, kind):
    task = opened(ana, alice, kind)
    sent = {"how": "message", "words": "She wrote that she is safe.", "by": alice, "at": LATER}
    with pytest.raises(api.ContactRefused, match="neither speaking with the person nor seeing them"):
        api.record_contact(task=task.id, reached=True, outcome="safe", **sent)
    assert not Contact.objects.exists()
    api.record_contact(task=task.id, reached=False, **sent)
    assert task.id in {each.id for each in api.open_tasks_of(ana)}
