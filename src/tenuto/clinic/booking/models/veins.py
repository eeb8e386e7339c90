"""Where a vein was found, for whoever looks for one next."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.people.models import PatientRow

__all__ = ["VeinNote"]


class VeinNote(PatientRow):
    """In words: which arm, which vein, how many tries. The newest counts."""

    words = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.words
