"""How a clinic's week is set up."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import Fact

__all__ = ["WeekSetup"]


class WeekSetup(Fact):
    """Chairs, hours, nurses and their shifts, days closed, visit profile and ratios. The newest of a clinic counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="week_setups")
    content = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "-event_number"], name="newest_week_setup")]

    def __str__(self) -> str:
        return f"Week of {self.clinic}"
