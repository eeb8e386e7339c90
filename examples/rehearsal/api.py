"""The door of the rehearsal."""

from __future__ import annotations

from uuid import UUID

from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.rehearsal.models import Rehearsal
from tenuto.clinic.rehearsal.services import hold_rehearsal

__all__ = ["hold_rehearsal", "rehearsed"]


def rehearsed(batch: Batch) -> frozenset[UUID]:
    """Who of a batch has had a rehearsal."""
    return batch.once(_rehearsed)


def _rehearsed(batch: Batch) -> frozenset[UUID]:
    patients = [patient.pk for patient in batch.patients]
    return frozenset(Rehearsal.objects.filter(patient__in=patients).values_list("patient", flat=True))
