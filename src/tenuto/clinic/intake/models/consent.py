"""Consents and their withdrawal."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.ledger.facts import SignedFact
from tenuto.clinic.people.models import PatientRow


class ConsentSigned(PatientRow, SignedFact):
    """That the patient agreed to one version of the text, and who took it with a fresh second factor."""

    text_name = models.CharField(max_length=40)
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    indication = models.CharField(max_length=40, blank=True)
    patient_typed = models.CharField(max_length=200)
    photo = models.BooleanField()

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return f"Signed: {self.text_name}"

    def __str__(self) -> str:
        return f"{self.text_name}, {self.recorded_at:%Y-%m-%d}"


class ConsentWithdrawn(PatientRow):
    """That the patient took every consent back, or the one to photographs alone."""

    class Scope(models.TextChoices):
        PHOTO = "photo", "Photographs alone"

    # Empty (NULL) means everything, so that rows from before photographs could be withdrawn alone keep their digest.
    scope = models.CharField(max_length=10, choices=Scope.choices, null=True)
    why = models.CharField(max_length=300, blank=True)

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return f"{self.get_scope_display() or 'Everything'} withdrawn{f': {self.why}' if self.why else ''}"

    def __str__(self) -> str:
        return f"withdrawn {self.recorded_at:%Y-%m-%d}"
