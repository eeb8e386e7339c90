"""Facts come back as they went in, and every reading is noted."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.intake.api import newest_record, newest_records
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.models import AuditEvent
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
    assert newest_record(ana).facts.unreadable == ("later",)
    assert newest_records(ana.clinic.patients.all())[ana.pk].facts.unreadable == ("later",)


def test_the_order_of_arrival_does_not_matter(ana, alice):
    receive(
        facts=facts_of(unreadable=("older",)),
        source=source_of(digest="1" * 64),
        by=alice,
        at=NOW - timedelta(days=1),
    )
    assert newest_record(ana).facts.unreadable == ()


def test_facts_come_back_as_they_went_in(ana):
    record = newest_record(ana)
    assert record.facts == facts_of()
    assert record.recorded_by == "Alice (alice)"
    assert record.recorded_at == NOW
    assert record.source_name == "ana.json"


def test_nobody_recorded_is_nobody(alice, ana):
    assert newest_records(alice.clinic.patients.none()) == {}
