"""What was ordered for the next visit."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.ledger.facts import SignedFact
from tenuto.clinic.people.models import PatientRow
from tenuto.clinic.plan.models.version import PlanVersion

__all__ = ["VisitOrders"]


class VisitOrders(PatientRow, SignedFact):
    """What a prescriber chose for the next visit, signed; each entry as it was worded then."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="orders")
    orders = models.JSONField()
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{len(self.orders)} for the next visit"
