"""What the quick way keeps of a sealed row is what the slow way would: each row read back, and each state added by Django."""

from __future__ import annotations

import random
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.ledger import marks
from tenuto.clinic.ledger.append_only import AppendOnlyError, row_digest, unsealed
from tenuto.clinic.ledger.models import SealedState
from tenuto.clinic.ledger.quick_rows import BATCH, keep_rows
from tenuto.clinic.ledger.sealed import GONE, digest_of, sealed_tables
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ledger.verify import Report, verify
from tenuto.clinic.people.identity import register_patient
from tenuto.clinic.people.models import PatientIdentifier
from tenuto.core.intake.facts import Identifier
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db
WALKS = 12
ODD = ["", "'", "\x01", "Ünal", "a\u202eb", "=1+1", "x" * 64, '{"a": 1}', "%s"]


def states(number):
    return [
        SealedState(table="people.patient", row=f"{n} {ODD[n % len(ODD)]}"[:64], columns=ODD[n % len(ODD)], digest="", event_number=n)
        for n in range(number)
    ]  # fmt: skip


def content(rows):
    return [(row.table, row.row, row.columns, row.digest, row.event_number) for row in rows]


@pytest.mark.parametrize("number", [1, 2, BATCH, BATCH + 1, 3 * BATCH])
def test_rows_are_those_that_the_slow_way_adds(number, alice, ana):
    with transaction.atomic():
        quick, slow = states(number), states(number)
        before = set(SealedState.objects.values_list("pk", flat=True))
        keep_rows(iter(quick))
        read = list(SealedState.objects.exclude(pk__in=before).order_by("pk"))
        assert [row.pk for row in quick] == [row.pk for row in read], "each knows its own key"
        assert [row_digest(row) for row in quick] == [row_digest(row) for row in read]
        assert unsealed()[-number:] == quick
        SealedState.objects.bulk_create(slow)
        assert content(quick) == content(slow)
        record(action="kept states", subject=ana, by=alice, at=NOW)
    assert not unsealed()


def test_no_row_is_added_outside_a_transaction(monkeypatch):
    # A test always runs in a transaction, so the ledger is shown a connection that is in none.
    none = SimpleNamespace(get_connection=lambda: SimpleNamespace(in_atomic_block=False))
    with monkeypatch.context() as shown:
        shown.setattr(marks, "transaction", none)
        with pytest.raises(AppendOnlyError, match="needs a transaction"):
            keep_rows(states(1))


@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_happens_to_a_row_its_newest_state_is_that_of_the_row_read_back(seed, alice):
    """Added, changed in part, changed past the instance at hand, and deleted, in any order, some within one event."""
    chance = random.Random(seed)
    numbers = [Identifier(f"{seed}-{n}", chance.choice(ODD)[:20] or "MRN", "urn:test", proves=True) for n in range(2)]  # fmt: skip
    patient = register_patient(
        name="Walk", birth_date=None, identifiers=numbers, preferred_name=chance.choice(ODD), by=alice, at=NOW
    )
    for step in range(6):
        with transaction.atomic():
            for _ in range(chance.randint(1, 3)):
                deed(chance, patient)
            record(
                action="walked",
                subject=patient,
                by=alice,
                at=NOW + timedelta(seconds=step),
                detail={"n": step},
            )
    for model in sealed_tables():
        newest = {
            row.row: row
            for row in SealedState.objects.filter(table=model._meta.label_lower).order_by(
                "event_number", "pk"
            )
        }
        slow = {str(row.pk): digest_of(row) for row in model.objects.all()}
        assert {row: state.digest for row, state in newest.items() if state.digest != GONE} == slow
        assert all(row not in slow for row, state in newest.items() if state.digest == GONE)
    assert list(verify(Report())) == []


def deed(chance, patient):
    """Something that happens to a patient, a number or a member of staff."""
    number = patient.identifiers.order_by("pk").last()
    match chance.randrange(5):
        case 0:
            patient.preferred_name = chance.choice(ODD)
            patient.save(update_fields=["preferred_name"])
        case 1:
            patient.search = f"search {chance.random()}"
            patient.save()
        case 2:
            PatientIdentifier.objects.create(
                clinic_id=patient.clinic_id, patient=patient, value=str(chance.random()), label="MRN",
                system="urn:walk", proves=False, key=str(chance.random()),
            )  # fmt: skip
        case 3 if number is not None:
            number.delete()
        case _:
            member = patient.clinic.staff.first()
            member.role = chance.choice([Role.NURSE, Role.PRESCRIBER])
            member.save(update_fields=["role"])
