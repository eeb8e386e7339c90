"""What a prescriber decided about the next date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.forecast.models.stored import StoredForecast
from tenuto.clinic.people.models import PatientRow
from tenuto.core.forecast.deciding import DateOutcome

__all__ = ["DateDecision"]


class DateDecision(PatientRow):
    """The proposed day accepted, another one chosen, or none: on which forecast, and why.

    `revision` is the version of the plan that the decision was put up as; it counts once a prescriber signs it. It is the
    key of a row of another room, which may not be pointed to.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = DateOutcome.ACCEPTED.value, "Proposed day accepted"
        OTHER = DateOutcome.OTHER.value, "Another day chosen"
        DECLINED = DateOutcome.DECLINED.value, "No infusion for now"

    forecast = models.ForeignKey(StoredForecast, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    on = models.DateField(null=True)
    proposed = models.DateField(null=True)
    """The longest acceptable day of the forecast; null when nothing was forecast."""
    days_shorter = models.PositiveIntegerField(default=0)
    """Days before the proposed one; 0 on it, after it and without one."""
    days_beyond = models.PositiveIntegerField(default=0)
    """Days after the proposed one."""
    rescue = models.DateField(null=True)
    """A day kept for a response that goes before; null when none was agreed."""
    reason = models.TextField(blank=True)
    revision = models.UUIDField(null=True)
    revision_number = models.PositiveIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "-event_number"], name="newest_date_decision")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome="declined", on__isnull=True)
                | (~models.Q(outcome="declined") & models.Q(on__isnull=False)),
                name="a_date_unless_declined",
            )
        ]

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        when = f", {self.on:%Y-%m-%d}" if self.on else ""
        return f"{self.get_outcome_display()}{when}. {self.reason}".strip()

    def __str__(self) -> str:
        return self.get_outcome_display()
