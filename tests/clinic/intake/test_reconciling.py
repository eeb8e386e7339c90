"""Medicines that a record changes after somebody went through them: the list is gone through again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.clinic.intake.services import receive, save_step
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.core.intake.facts import Answer, Medication
from tenuto.core.intake.reconciling import changed_medicines
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.filling import answer

SERTRALINE, LITHIUM = Medication("Sertraline", dose="50 mg"), Medication("Lithium")


def record_of(*medicines, by, digest, **more):
    facts = facts_of(medications=medicines, **more)
    return receive(facts=facts, source=source_of(digest=digest * 64), by=by, at=NOW)


def waiting(patient):
    return [task for task in open_tasks_of(patient) if task.kind == "medicines.reopened"]


@pytest.fixture
def gone_through(ana, alice, bob):
    record_of(SERTRALINE, by=alice, digest="1")
    answer(ana, "medicines", bob, medications__reconciled="yes")
    return ana


def test_another_medicine_reopens_it_once_and_going_through_the_list_ends_it(gone_through, alice, bob):
    record_of(SERTRALINE, LITHIUM, by=alice, digest="2")
    record_of(SERTRALINE, LITHIUM, Medication("Naltrexone"), by=alice, digest="3")
    (task,) = waiting(gone_through)
    assert (task.owner_role, task.why) == (
        "nurse",
        "ana.json brought other medicines than were gone through: Lithium.",
    )
    attested = "medications.reconciled"
    save_step(
        patient=gone_through, step_id="medicines", entries={attested: "yes"}, seen={attested: 1}, again=[attested],
        by=bob, at=NOW,
    )  # fmt: skip
    assert waiting(gone_through) == []


def test_the_same_medicines_reopen_nothing(gone_through, alice):
    record_of(SERTRALINE, by=alice, digest="2")
    assert waiting(gone_through) == []


def test_what_nobody_had_gone_through_is_not_reopened(ana, alice):
    record_of(SERTRALINE, by=alice, digest="1")
    record_of(LITHIUM, by=alice, digest="2")
    assert waiting(ana) == []


ATTESTED = Answer("medications.reconciled", True, NOW.date())


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ((SERTRALINE,), (SERTRALINE,), ()),
        ((SERTRALINE,), (SERTRALINE, LITHIUM), ("Lithium",)),
        ((SERTRALINE, LITHIUM), (SERTRALINE,), ("Lithium",)),
        ((SERTRALINE,), (replace(SERTRALINE, dose="100 mg"),), ("Sertraline",)),
    ],
)
def test_which_medicines_changed(before, after, changed):
    one, other = (facts_of(medications=each, answers=(ATTESTED,)) for each in (before, after))
    assert changed_medicines(one, other) == changed
    assert changed_medicines(replace(one, answers=()), other) == ()
    anew = replace(other, answers=(replace(ATTESTED, origin="elsewhere"),))
    assert changed_medicines(one, anew) == ()
