"""The records that patients' facts arrive in. A new record never changes an older one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.people.models import Patient


class IntakeRecord(AppendOnly):
    """All facts about a patient as they were known at one moment, and where they came from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intake_records")
    facts = models.JSONField()
    source_name = models.CharField(max_length=200)
    source_sha256 = models.CharField(max_length=64)
    ignored_resources = models.JSONField(default=dict)
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["patient", "-recorded_at"], name="newest_intake_record")]

    def __str__(self) -> str:
        return f"{self.source_name}, {self.recorded_at:%Y-%m-%d %H:%M}"
