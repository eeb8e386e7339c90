"""A quarter that was freed, moved or kept behind the program's back is named by `audit verify`."""

from __future__ import annotations

import pytest

from tenuto.clinic.booking.models import TakenQuarter
from tenuto.clinic.booking.services import EndKind, end_appointment
from tenuto.clinic.booking.taken_check import misplaced
from tenuto.clinic.ledger.derived import derived_differences
from tests.clinic.conftest import NOW

pytestmark = pytest.mark.django_db


def test_what_the_program_took_and_freed_is_as_it_says(first, carol):
    assert TakenQuarter.objects.exists()
    assert not list(misplaced())
    end_appointment(appointment=first.pk, kind=EndKind.CANCELLED, why="She is ill.", by=carol, at=NOW)
    assert not list(misplaced())


@pytest.mark.parametrize("kind", TakenQuarter.Kind)
def test_a_freed_quarter_is_named(first, kind):
    TakenQuarter.objects.filter(appointment=first, kind=kind).first().delete()
    ((label, sentence),) = derived_differences()
    assert label == "booking.takenquarter"
    assert str(first.pk) in sentence


def test_a_quarter_of_another_is_named(first):
    row = TakenQuarter.objects.filter(appointment=first).first()
    TakenQuarter.objects.filter(pk=row.pk).update(name="door 2")
    assert len(list(misplaced())) == 1
