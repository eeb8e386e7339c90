"""Consents and their withdrawal."""

from __future__ import annotations

from collections.abc import Mapping

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

    class How(models.TextChoices):
        IN_PERSON = "in_person", "The patient said it here"
        PHONE = "phone", "The patient said it by phone"
        WRITING = "writing", "The patient wrote it"
        REPRESENTATIVE = "representative", "Who may decide for the patient said or wrote it"

    # Empty (NULL) means everything, so that rows from before photographs could be withdrawn alone keep their digest.
    scope = models.CharField(max_length=10, choices=Scope.choices, null=True)
    # Empty (NULL) in rows from before it was asked, for the same reason.
    how = models.CharField(max_length=20, choices=How.choices, null=True)
    why = models.CharField(max_length=300, blank=True)

    @property
    def channel(self) -> str:
        """How it was said, within a sentence: 'by phone'."""
        return _CHANNELS[self.How(self.how)] if self.how else "how it was said is not recorded,"

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        told = ". ".join(filter(None, (self.get_how_display(), self.why)))
        return f"{self.get_scope_display() or 'Everything'} withdrawn{f': {told}' if told else ''}"

    def __str__(self) -> str:
        return f"withdrawn {self.recorded_at:%Y-%m-%d}"


_CHANNELS: Mapping[ConsentWithdrawn.How, str] = {
    ConsentWithdrawn.How.IN_PERSON: "in person here",
    ConsentWithdrawn.How.PHONE: "by phone",
    ConsentWithdrawn.How.WRITING: "in writing",
    ConsentWithdrawn.How.REPRESENTATIVE: "through who may decide for them,",
}
