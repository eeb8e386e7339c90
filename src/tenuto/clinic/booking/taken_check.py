"""What is taken, compared with the appointments that take it: two people in one chair are not hidden by an edited row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from tenuto.clinic.booking.models import Appointment, TakenQuarter
from tenuto.clinic.booking.services.accepting import quarters

__all__ = ["misplaced"]

Taken = frozenset[tuple[str, str, int]]
"""Kind, name and quarter. The place beside a nurse depends on the order of the bookings, and is left out."""


def misplaced() -> Iterator[str]:
    """One sentence for each appointment whose chair, nurse or patient is not taken as it says. Two queries."""
    found: dict[UUID, set[tuple[str, str, int]]] = defaultdict(set)
    for key, kind, name, quarter in TakenQuarter.objects.values_list(
        "appointment", "kind", "name", "quarter"
    ):
        found[key].add((kind, name, quarter))
    for row in Appointment.objects.filter(end__isnull=True).order_by("starts_at", "pk"):
        if found.pop(row.pk, set()) != _taken_by(row):
            yield f"What appointment {row.pk} takes is not what it says. Have the bookings of that day looked at."
    for key in sorted(found, key=str):
        yield f"Appointment {key} has ended, and its chair, nurse or patient is still taken."


def _taken_by(row: Appointment) -> Taken:
    kinds = TakenQuarter.Kind
    return frozenset(
        (kind.value, name, quarter)
        for kind, name, end in (
            (kinds.CHAIR, row.chair, row.chair_free_at),
            (kinds.NURSE, row.nurse, row.infused_at),
            (kinds.PATIENT, str(row.patient_id), row.ends_at),
        )
        for quarter in (quarters(row.starts_at, end) if name else ())
    )
