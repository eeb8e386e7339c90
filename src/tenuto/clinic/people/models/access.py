"""Who may see a restricted record, who broke the glass, and who looked over it afterwards."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.people.models.clinic import Clinic, Staff
from tenuto.clinic.people.models.patient import Patient

__all__ = ["BrokenGlass", "CareTeamChange", "GlassReview", "Restriction", "WeeklyReview"]


class Restriction(AppendOnly):
    """That a record is only for its care team, or for all staff again. The newest row counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="restrictions")
    restricted = models.BooleanField()
    why = models.CharField(max_length=300)
    recorded_by_name = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]

    def __str__(self) -> str:
        return "restricted" if self.restricted else "open to all staff"


class CareTeamChange(AppendOnly):
    """That someone joined or left the care team of a patient. The newest row of a person counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_team_changes")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="care_team_changes")
    member = models.BooleanField()
    recorded_by_name = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.staff} {'joined' if self.member else 'left'}"


class BrokenGlass(AppendOnly):
    """That someone opened a restricted record in an emergency, why, and until when it stays open to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="broken_glasses")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="broken_glasses")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    until = models.DateTimeField()

    if TYPE_CHECKING:
        review: GlassReview

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "staff", "until"], name="glass_still_broken")]

    def __str__(self) -> str:
        return f"{self.staff}: {self.reason}"


class GlassReview(AppendOnly):
    """What the medical director or the auditor found about a broken glass."""

    glass = models.OneToOneField(BrokenGlass, on_delete=models.PROTECT, related_name="review")
    justified = models.BooleanField()
    note = models.CharField(max_length=500)
    reviewed_by_name = models.CharField(max_length=300)
    reviewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return "justified" if self.justified else "not justified"


class WeeklyReview(AppendOnly):
    """That someone went through the audit of a week, up to one event, and what they noted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="weekly_reviews")
    begins = models.DateField()
    ends = models.DateField()
    up_to_event = models.BigIntegerField()
    note = models.CharField(max_length=1000)
    reviewed_by_name = models.CharField(max_length=300)
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-reviewed_at", "-id"]

    def __str__(self) -> str:
        return f"{self.begins} to {self.ends}, {self.reviewed_by_name}"
