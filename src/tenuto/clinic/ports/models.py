"""What somebody must do, what keeps a patient from being booked, and when a patient should be booked.

All rows are facts that were true when they were written. That a task is done or a hold is lifted is a further row.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.people.models import Patient

__all__ = ["Hold", "HoldLift", "Task", "TaskEnd", "Window"]


class Task(AppendOnly):
    """Something that a named role, or one person of it, must do by a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="tasks")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="tasks", null=True)
    kind = models.CharField(max_length=60)
    why = models.CharField(max_length=500)
    owner_role = models.CharField(max_length=20, choices=Role.choices)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="tasks", null=True)
    due = models.DateTimeField()
    opened_by_name = models.CharField(max_length=300)
    opened_at = models.DateTimeField()

    if TYPE_CHECKING:
        end: TaskEnd

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "due"], name="tasks_by_due")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.why}"


class TaskEnd(AppendOnly):
    """That a task came to its end: done, or no longer needed."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        NOT_NEEDED = "not_needed", "No longer needed"

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="end")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    note = models.CharField(max_length=500)
    ended_by_name = models.CharField(max_length=300)
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task}: {self.get_outcome_display()}"


class Hold(AppendOnly):
    """The patient may not be booked, until a day or until someone lifts it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="holds")
    why = models.CharField(max_length=500)
    until = models.DateField(null=True)
    placed_by_name = models.CharField(max_length=300)
    placed_at = models.DateTimeField()

    if TYPE_CHECKING:
        lift: HoldLift

    def __str__(self) -> str:
        return self.why


class HoldLift(AppendOnly):
    """That a hold was lifted, and why."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="lift")
    why = models.CharField(max_length=500)
    lifted_by_name = models.CharField(max_length=300)
    lifted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.why


class Window(AppendOnly):
    """Book the patient between two days. The newest window counts; one without days takes the older back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="windows")
    opens = models.DateField(null=True)
    closes = models.DateField(null=True)
    why = models.CharField(max_length=500)
    set_by_name = models.CharField(max_length=300)
    set_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "-set_at"], name="newest_window")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__lte=F("closes")),
                name="window_opens_before_it_closes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.opens} to {self.closes}"
