"""Reviews of courses. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow
from tenuto.core.outcomes.decisions import ReviewKind

__all__ = ["CourseReview"]


class CourseReview(PatientRow):
    """That a prescriber looked at a course and decided: what was asked, what was decided, why, after how many infusions.

    `ground` is what the decision was due for.
    """

    class Outcome(models.TextChoices):
        GO_ON = "go_on", "Go on as signed"
        CHANGE = "change", "Change the plan"
        STOP = "stop", "Stop the course"

    kind = models.CharField(max_length=40, choices=[(kind.value, kind.name) for kind in ReviewKind])
    ground = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.CharField(max_length=1000)
    given = models.PositiveSmallIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "kind"], name="reviews_of_patient")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.reason}"
