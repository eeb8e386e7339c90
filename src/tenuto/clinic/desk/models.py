"""The worklist as it was last worked out. Never the truth: every row follows from other rooms and can be thrown away
and worked out again (docs/adr/0013-worklist.md). Nothing else may read these tables."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.people.models import Patient

__all__ = ["Progress", "Standing", "WorkRow"]


class Progress(models.Model):
    """Up to which event of the audit chain the rows of a clinic have been looked over."""

    clinic = models.OneToOneField(Clinic, on_delete=models.CASCADE, primary_key=True, related_name="+")
    through_event = models.BigIntegerField()

    def __str__(self) -> str:
        return f"through event {self.through_event}"


class Standing(models.Model):
    """Where a patient stood when it was worked out: for which day, under which policy. Empty digest: not worked out."""

    patient = models.OneToOneField(
        Patient, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    as_of = models.DateField(null=True)
    policy_sha256 = models.CharField(max_length=64, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(null=True)
    """The first deadline of an open risk of suicide. What is late for longest is the first of all."""
    mark = models.CharField(max_length=10, default="unknown")
    safety = models.TextField(blank=True)
    """What is red about the patient, in short names with commas between."""
    caution = models.TextField(blank=True)
    """What is amber: a risk of suicide that is known, or was asked about too long ago."""
    diagnosis = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)
    more = models.TextField(blank=True)
    next_step = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True)
    recorded_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinic", "rank", "due", "name", "patient"], name="standing_in_order"),
            models.Index(fields=["clinic", "policy_sha256", "as_of"], name="standing_to_judge"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} on {self.as_of}"


class WorkRow(models.Model):
    """One thing that waits for someone: a task, a hold, or the next step of a patient on the pathway."""

    key = models.CharField(max_length=80, primary_key=True)
    """Where it comes from, such as `task:<id>`; keeps two processes from writing it twice."""
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=10)
    kind = models.CharField(max_length=60)
    safety = models.TextField(blank=True)
    """What is red about the patient, whatever this row is about."""
    caution = models.TextField(blank=True)
    """What is amber."""
    mark = models.CharField(max_length=10)
    why = models.TextField()
    more = models.TextField(blank=True)
    owner_role = models.CharField(max_length=20)
    owner = models.ForeignKey(Staff, on_delete=models.CASCADE, null=True, related_name="+")
    due = models.DateTimeField(null=True)
    rank = models.PositiveSmallIntegerField()
    next_step = models.CharField(max_length=60)
    target = models.CharField(max_length=60)
    told = models.TextField(blank=True)
    """Who was told because it is late, by id, each between two commas: `,3,17,`."""
    everybodys = models.BooleanField(default=False)
    """It stands in everybody's own list: nobody prepares anything for this patient."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinic", "rank", "due", "name", "key"], name="work_in_order"),
            models.Index(fields=["patient"], name="work_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.why}"
