"""Letters to others who treat the patient, as they were signed. Rows are only added."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.ledger.facts import SignedFact
from tenuto.clinic.people.models import PatientRow
from tenuto.core.outcomes.letter import LetterReader

__all__ = ["Letter"]


class Letter(PatientRow, SignedFact):
    """A letter with everything that it says, so that it reads the same ever after; `content` has its schema number."""

    reader = models.CharField(max_length=20, choices=[(each.value, each.name) for each in LetterReader])
    addressee = models.CharField(max_length=300)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Letter to {self.addressee}"
