"""What is taken now, quarter of an hour by quarter of an hour. The database allows each once, whoever writes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.models.appointment import Appointment

__all__ = ["TakenQuarter"]


class TakenQuarter(models.Model):
    """A chair, a nurse's hands or a patient in one quarter of an hour. Written with an appointment, removed when it ends.

    `place` counts the patients that one nurse may attend at once, from 0; 0 for chairs and patients. `quarter` is counted in
    UTC from 1970: an hour that comes twice has eight.
    """

    class Kind(models.TextChoices):
        CHAIR = "chair", "Chair"
        NURSE = "nurse", "Nurse"
        PATIENT = "patient", "Patient"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="taken")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField(default=0)
    quarter = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clinic", "kind", "name", "place", "quarter"], name="taken_once_in_a_quarter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"
