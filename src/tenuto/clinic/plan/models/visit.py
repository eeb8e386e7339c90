"""What is known of a visit until sessions are charted here, and what was ordered for the next one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import PatientRow
from tenuto.clinic.plan.models.version import PlanVersion

__all__ = ["VisitOrders", "VisitReport"]


class VisitReport(PatientRow):
    """An infusion that was given: the dose, what troubled the patient, and how far the score has come.

    A correction is a further report about the same day; the newest counts.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="visits")
    given_on = models.DateField()
    dose_mg = models.DecimalField(max_digits=7, decimal_places=2)
    dose_mg_per_kg = models.DecimalField(max_digits=7, decimal_places=4)
    minutes = models.DecimalField(max_digits=5, decimal_places=1)
    effects = models.JSONField(default=list)
    worst_grade = models.PositiveSmallIntegerField()
    open_grade = models.PositiveSmallIntegerField()
    pressure_alert = models.BooleanField()
    deepest_sedation = models.PositiveSmallIntegerField(null=True)
    improved_percent = models.DecimalField(max_digits=5, decimal_places=1, null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "given_on"], name="visits_of_patient")]

    def __str__(self) -> str:
        return f"{self.given_on}: {self.dose_mg} mg"


class VisitOrders(PatientRow):
    """What a prescriber chose for the next visit, signed; each entry as it was worded then."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="orders")
    orders = models.JSONField()
    note = models.TextField(blank=True)
    signed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{len(self.orders)} for the next visit"
