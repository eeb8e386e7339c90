"""What was entered about checks of long-term safety, and why a course goes on despite one. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow
from tenuto.core.outcomes.check_rules import CheckKind, check_rule

__all__ = ["CheckEntered", "CheckGoneOn"]

KINDS = [(kind.value, kind.name) for kind in CheckKind]


class CheckEntered(PatientRow):
    """What intake has no place for: a urinary scale, a cognition screen, the answers on misuse.

    `values` are numbers and words as they were entered; they are judged anew whenever they are read. Liver tests, urine and
    blood pressure are kept with the patient's facts, where the gates read them.
    """

    kind = models.CharField(max_length=20, choices=KINDS)
    taken = models.DateField()
    values = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "kind"], name="checks_of_patient")]

    def __str__(self) -> str:
        return f"{check_rule(CheckKind(self.kind)).title}, {self.taken}"


class CheckGoneOn(PatientRow):
    """That a prescriber goes on although a check holds: for which ground, and why."""

    kind = models.CharField(max_length=20, choices=KINDS)
    ground = models.CharField(max_length=160)
    reason = models.CharField(max_length=1000)

    def __str__(self) -> str:
        return f"{check_rule(CheckKind(self.kind)).title}, gone on: {self.reason}"
