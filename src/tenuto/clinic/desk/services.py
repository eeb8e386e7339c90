"""The worklist: every patient of a clinic with what is known and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.intake.api import Record, newest_records
from tenuto.clinic.people.models import Clinic, Patient
from tenuto.clinic.plan.services import plan_for, policy_of
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.request import PlanRequest

__all__ = ["Item", "worklist"]


@dataclass(frozen=True, slots=True)
class Item:
    """One patient on the list. Without a record there is no proposal."""

    patient: Patient
    identifiers: tuple[str, ...]
    record: Record | None
    proposal: Proposal | None


def worklist(clinic: Clinic, *, today: date) -> Sequence[Item]:
    """Everyone, by name. Three queries, however many patients."""
    patients = clinic.patients.prefetch_related("identifiers")
    records = newest_records(clinic.patients.all())
    policy = policy_of(clinic)
    items = []
    for patient in patients:
        record = records.get(patient.pk)
        proposal = plan_for(record, PlanRequest(), policy=policy, as_of=today) if record else None
        items.append(Item(patient, tuple(str(i) for i in patient.identifiers.all()), record, proposal))
    return items
