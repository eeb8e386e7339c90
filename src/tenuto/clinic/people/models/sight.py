"""Who may see a restricted record: its care team, and who broke the glass in an emergency."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.facts import NEWEST_FIRST, Fact
from tenuto.clinic.people.models.patient import Patient

__all__ = ["BrokenGlass", "CareTeamChange", "Restriction"]


class Restriction(Fact):
    """That a record is only for its care team, or for all staff again. The newest row counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="restrictions")
    restricted = models.BooleanField()
    why = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = NEWEST_FIRST

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return f"{'Only for the care team' if self.restricted else 'Open to all staff'}: {self.why}"

    def __str__(self) -> str:
        return "restricted" if self.restricted else "open to all staff"


class CareTeamChange(Fact):
    """That someone joined or left the care team of a patient. The newest row of a person counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_team_changes")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="care_team_changes")
    member = models.BooleanField()

    class Meta:
        ordering: ClassVar = NEWEST_FIRST

    def __str__(self) -> str:
        return f"{self.staff} {'joined' if self.member else 'left'}"


class BrokenGlass(Fact):
    """That someone opened a restricted record in an emergency, why, and until when it stays open to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="broken_glasses")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="broken_glasses")
    reason = models.CharField(max_length=500)
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "staff", "until"], name="glass_still_broken")]

    def __str__(self) -> str:
        return f"{self.staff}: {self.reason}"
