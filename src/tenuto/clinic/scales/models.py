"""What was asked of patients, what they answered, and the triage levels that were recorded. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow
from tenuto.core.scales.suicide_triage import RiskLevel

__all__ = ["ScaleForm", "ScaleRequest", "SuicideTriage"]


class ScaleRequest(PatientRow):
    """That the patient was given a link to answer some scales, in this order."""

    link = models.OneToOneField("links.Link", on_delete=models.PROTECT, related_name="+")
    instruments = models.JSONField()

    def __str__(self) -> str:
        return ", ".join(self.instruments)


class ScaleForm(PatientRow):
    """One answered form. `answers` holds null where a question was left out; `total` is null when there is none.

    `request` is the link through which the patient answered; null when it was answered in the clinic.
    """

    instrument = models.CharField(max_length=40)
    instrument_version = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    total = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    taken = models.DateField()
    answered_by = models.CharField(max_length=40)
    request = models.ForeignKey(ScaleRequest, on_delete=models.PROTECT, related_name="forms", null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "instrument"], name="scale_forms")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "instrument"],
                condition=models.Q(request__isnull=False),
                name="one_form_of_a_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.total}, {self.taken}"


class SuicideTriage(PatientRow):
    """A level that a clinician recorded, and what it rests on."""

    level = models.PositiveSmallIntegerField()
    rests_on = models.TextField()
    rules_version = models.PositiveSmallIntegerField()
    screen = models.JSONField(null=True)

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return f"{RiskLevel(self.level).name.capitalize()}: {self.rests_on}"

    def __str__(self) -> str:
        return f"level {self.level}, {self.recorded_at:%Y-%m-%d}"
