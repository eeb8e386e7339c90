"""What patients write and agree to on their own pages. Rows are only added."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.people.models import PatientRow

__all__ = ["PatientGoal", "SupportConsent"]


class PatientGoal(PatientRow):
    """What a patient wants to reach, or means to do with the days after an infusion, in their own words."""

    class Kind(models.TextChoices):
        GOAL = "goal", "What I want to reach"
        INTENTION = "intention", "What I intend for the next infusion"
        DEBRIEF = "debrief", "How the last infusion was for me"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    words = models.CharField(max_length=400)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.words}"


class SupportConsent(PatientRow):
    """That the patient lets somebody who helps them see the dates, or takes that back; the newest row of a link counts.

    `link` is the key of the link that the person was given.
    """

    link = models.UUIDField()
    name = models.CharField(max_length=200)
    agreed = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.name} may {'' if self.agreed else 'no longer '}see the dates"
