"""That a patient comes late."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenuto.clinic.booking.models.appointment import Appointment
from tenuto.clinic.ledger.facts import Fact

__all__ = ["LateArrival"]


class LateArrival(Fact):
    """By how many minutes, as the patient said or as it was. The newest of an appointment counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="late_arrivals")
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=480), name="late_by_some_minutes")
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min late"
