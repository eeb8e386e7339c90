"""Measured values. One reading may hold several values, such as the two halves of a blood pressure."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow


class Measured(PatientRow):
    """One value in the unit of its kind. What is wrong is struck as a whole reading, never changed."""

    reading = models.UUIDField()
    kind = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=9, decimal_places=3)
    taken_at = models.DateTimeField()
    reference_high = models.DecimalField(max_digits=9, decimal_places=3, null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "kind"], name="measured_values")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class ReadingStruck(PatientRow):
    """That a reading doesn't count, and why."""

    reading = models.UUIDField(unique=True)
    why = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.why
