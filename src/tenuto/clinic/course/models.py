"""Infusions as they were given, and visits as they were held. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow

__all__ = ["InfusionReport", "Visit"]


class InfusionReport(PatientRow):
    """An infusion that was given, how it was borne, and how far the score has come.

    A correction is a further report about the same day; the newest counts. `series` and `plan_version` say which
    signed plan it was given under; they are keys of a room above, which may not be pointed to.
    """

    series = models.UUIDField()
    plan_version = models.UUIDField()
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
        indexes: ClassVar = [models.Index(fields=["patient", "given_on"], name="infusions_of_patient")]

    def __str__(self) -> str:
        return f"{self.given_on}: {self.dose_mg} mg"


class Visit(PatientRow):
    """A consultation or a preparatory visit, after it took place."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", "Consultation"
        PREPARATORY = "preparatory", "Preparatory visit"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    held_on = models.DateField()
    in_person = models.BooleanField()
    with_name = models.CharField(max_length=300)
    by_prescriber = models.BooleanField()
    topics = models.JSONField(default=list)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.held_on}"
