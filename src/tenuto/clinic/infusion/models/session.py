"""A session of one day, and what was found before it may start."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from tenuto.clinic.ledger.facts import SignedFact
from tenuto.clinic.people.models import Patient, PatientRow
from tenuto.core.infusion.readiness import answer_words

__all__ = [
    "LONGEST_SAID",
    "DischargeSignature",
    "ReadinessAnswer",
    "SecondReading",
    "Session",
    "StartRelease",
]


LONGEST_SAID = 120


class Session(PatientRow):
    """One infusion visit, with the order that it runs on as it was signed.

    A plan that is signed anew before the pump was started opens another one; of several of a day the newest counts.
    `plan_version` and `series` are keys of the plan that the order was taken from.
    """

    held_on = models.DateField()
    plan_version = models.UUIDField()
    series = models.UUIDField()
    order = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "held_on"], name="sessions_of_patient")]

    def __str__(self) -> str:
        return f"Session of {self.held_on}"


class ReadinessAnswer(PatientRow):
    """What was found about one row of the gate, and the policy that judged it. A later answer stands before it.

    `said` is the name beside a named choice. `reading` is the one of the record that holds the same value: struck there, it counts
    here no more.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="answers")
    row = models.CharField(max_length=40)
    value = models.CharField(max_length=80)
    found_at = models.DateTimeField()
    policy = models.CharField(max_length=200)
    said = models.CharField(max_length=LONGEST_SAID, blank=True, default="")
    reading = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.row}: {self.value}"

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        words = answer_words(self.row, self.value)
        return f"{words}: {self.said}" if self.said else words


class SecondReading(PatientRow):
    """The dose as a second clinician read it, with every value in which it differs from the order."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="readings")
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    weight_kg = models.DecimalField(max_digits=9, decimal_places=4)
    dose_mg_per_kg = models.DecimalField(max_digits=9, decimal_places=4)
    vial_mg_per_ml = models.DecimalField(max_digits=9, decimal_places=4)
    rate_ml_per_h = models.DecimalField(max_digits=9, decimal_places=4)
    differences = models.JSONField(default=list)

    @property
    def agrees(self) -> bool:
        """Whether it is what was ordered."""
        return not self.differences

    def __str__(self) -> str:
        return "The second reading agrees" if self.agrees else " ".join(self.differences)


class StartRelease(SignedFact):
    """That somebody with the authority lets a start go on past what closes it, for the findings named here alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="releases")
    level = models.CharField(max_length=10)
    reason = models.CharField(max_length=500)
    findings = models.JSONField()
    """`{key, message}` of each."""

    def __str__(self) -> str:
        return f"{self.level} released: {self.reason}"


class DischargeSignature(SignedFact):
    """That a patient was discharged by criteria, with each criterion as it stood then. `entry` is the departure on the chart."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="discharges")
    entry = models.CharField(max_length=64)
    policy = models.CharField(max_length=200)
    criteria = models.JSONField()
    """`{id, title, value}` of each."""

    def __str__(self) -> str:
        return f"Discharged by criteria, signed by {self.recorded_by_name}"
