"""What rows about one patient share: about whom, by whom, when."""

from __future__ import annotations

import uuid

from django.db import models

from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models.patient import Patient

__all__ = ["PatientRow"]


class PatientRow(Fact):
    """A row about one patient. `recorded_at` is when it was entered, which may be later than what it tells."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
