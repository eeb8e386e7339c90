"""Who looked over a broken glass, and over the audit of a week."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import NEWEST_FIRST, Fact
from tenuto.clinic.people.models import BrokenGlass

__all__ = ["GlassReview", "WeeklyReview"]


class GlassReview(Fact):
    """What the medical director or the auditor found about a broken glass."""

    glass = models.OneToOneField(BrokenGlass, on_delete=models.PROTECT, related_name="review")
    justified = models.BooleanField()
    note = models.CharField(max_length=500)

    def __str__(self) -> str:
        return "justified" if self.justified else "not justified"


class WeeklyReview(Fact):
    """That someone went through the audit of a week, up to one event, and what they noted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="weekly_reviews")
    begins = models.DateField()
    ends = models.DateField()
    up_to_event = models.BigIntegerField()
    note = models.CharField(max_length=1000)

    class Meta:
        ordering: ClassVar = NEWEST_FIRST

    def __str__(self) -> str:
        return f"{self.begins} to {self.ends}, {self.recorded_by_name}"
