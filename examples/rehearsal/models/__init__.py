"""That a rehearsal was held."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.people.models import PatientRow

__all__ = ["Rehearsal"]


class Rehearsal(PatientRow):
    """The patient has tried everything; `note` says what to do otherwise next time."""

    note = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.note
