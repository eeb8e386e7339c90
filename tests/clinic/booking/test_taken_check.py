"""A quarter that was freed, moved or kept behind the program's back is named by `audit verify`."""

from __future__ import annotations

import pytest

from tenuto.clinic.booking.api import set_week
from tenuto.clinic.booking.models import TakenQuarter
from tenuto.clinic.booking.services import EndKind, end_appointment
from tenuto.clinic.booking.taken_check import misplaced
from tenuto.clinic.ledger.derived import derived_differences
from tests.clinic.booking.conftest import WEEK
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


@pytest.mark.parametrize("kind", TakenQuarter.Kind)
@pytest.mark.parametrize("moved", ["clinic", "place"])
def test_a_quarter_moved_where_nobody_looks_is_named(first, other_clinic, kind, moved):
    """In another clinic, or in a place beside the only one, it would leave the chair free for somebody else."""
    rows = TakenQuarter.objects.filter(appointment=first, kind=kind)
    rows.update(**{"clinic": other_clinic} if moved == "clinic" else {"place": 7})
    (found,) = misplaced()
    assert str(first.pk) in found


def test_two_patients_beside_one_nurse_are_as_the_week_allows(first, carol):
    set_week(content={**WEEK, "ratios": {"infuse": 2, "observe": 2}}, by=carol, at=NOW)
    TakenQuarter.objects.filter(appointment=first, kind=TakenQuarter.Kind.NURSE).update(place=1)
    assert not list(misplaced())
