"""What is taken, compared with the appointments that take it: two people in one chair are not hidden by an edited row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from tenuto.clinic.booking.models import Appointment, TakenQuarter, WeekSetup
from tenuto.clinic.booking.services.accepting import quarters
from tenuto.core.data import DataError
from tenuto.core.scheduling.week import read_week

__all__ = ["misplaced"]

Taken = frozenset[tuple[UUID, str, str, int, bool]]
"""Clinic, kind, name, quarter, and whether it is a place that there is. Which of the places beside a nurse depends on the order
of the bookings; a place beyond them would leave hers free for another."""


def misplaced() -> Iterator[str]:
    """One sentence for each appointment whose chair, nurse or patient is not taken as it says. Three queries."""
    found: dict[UUID, set[tuple[UUID, str, str, int, bool]]] = defaultdict(set)
    beside_a_nurse = _places_beside_a_nurse()
    for key, clinic, kind, name, place, quarter in TakenQuarter.objects.values_list(
        "appointment", "clinic", "kind", "name", "place", "quarter"
    ):
        places = beside_a_nurse[clinic] if kind == TakenQuarter.Kind.NURSE else 1
        found[key].add((clinic, kind, name, quarter, place < places))
    standing = Appointment.objects.filter(end__isnull=True).select_related("patient")
    for row in standing.order_by("starts_at", "pk"):
        if found.pop(row.pk, set()) != _taken_by(row):
            yield f"What appointment {row.pk} takes is not what it says. Have the bookings of that day looked at."
    for key in sorted(found, key=str):
        yield f"Appointment {key} has ended, and its chair, nurse or patient is still taken."


def _places_beside_a_nurse() -> dict[UUID, int]:
    """How many a nurse of a clinic attended at once at most, in all weeks that it had; one where none is readable."""
    most: dict[UUID, int] = defaultdict(lambda: 1)
    for clinic, content in WeekSetup.objects.values_list("clinic", "content"):
        try:
            most[clinic] = max(most[clinic], read_week(content, name="A week").ratios.infuse)
        except DataError:
            # The row is a fact, and compared as one; here it allows nothing.
            continue
    return most


def _taken_by(row: Appointment) -> Taken:
    kinds = TakenQuarter.Kind
    return frozenset(
        (row.patient.clinic_id, kind.value, name, quarter, True)
        for kind, name, end in (
            (kinds.CHAIR, row.chair, row.chair_free_at),
            (kinds.NURSE, row.nurse, row.infused_at),
            (kinds.PATIENT, str(row.patient_id), row.ends_at),
        )
        for quarter in (quarters(row.starts_at, end) if name else ())
    )
