"""Facts come back as they went in, and every reading is noted."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.intake.api import current, states
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.pathway.api import Batch
from tests.clinic.conftest import NOW, facts_of, source_of


def test_every_reading_is_on_record(visit, ana, bob):
    visit(bob).get(f"/patients/{ana.pk}/plan/")
    event = AuditEvent.objects.get(action="plan page")
    assert (event.by_id, event.subject_id) == (str(bob.pk), str(ana.pk))
    assert event.kind == "read"


def test_a_refused_reading_is_not_a_reading(visit, ana, charlie):
    visit(charlie).get(f"/patients/{ana.pk}/plan/")
    assert not AuditEvent.objects.filter(kind="read").exists()


def test_the_newest_record_is_read(ana, alice):
    receive(
        facts=facts_of(unreadable=("later",)),
        source=source_of(digest="1" * 64),
        by=alice,
        at=NOW + timedelta(hours=1),
    )
    assert current(ana).record.facts.unreadable == ("later",)


def test_one_patient_alone_is_read_like_one_of_many(ana, alice):
    receive(facts=facts_of("Ben Rossi", "MRN 2"), source=source_of(digest="2" * 64), by=alice, at=NOW)
    everyone = ana.clinic.patients.prefetch_related("identifiers")
    together = states(Batch(everyone, clinic=ana.clinic, today=NOW.date()))
    assert len(together) == 2
    for patient in everyone:
        assert together[patient.pk] == current(patient, as_of=NOW.date())


def test_the_newest_record_counts_also_when_the_clock_was_set_back(ana, alice):
    receive(
        facts=facts_of(unreadable=("read last",)),
        source=source_of(digest="1" * 64),
        by=alice,
        at=NOW - timedelta(days=1),
    )
    assert current(ana).record.facts.unreadable == ("read last",)


def test_facts_come_back_as_they_went_in(ana):
    record = current(ana).record
    assert record.facts == facts_of()
    assert record.recorded_by == "Alice (alice)"
    assert record.recorded_at == NOW
    assert record.source_name == "ana.json"


def test_nobody_recorded_is_nobody(alice, ana):
    assert states(Batch([], clinic=alice.clinic, today=NOW.date())) == {}
