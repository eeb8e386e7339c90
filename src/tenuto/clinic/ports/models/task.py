"""Tasks, how each ended, and who was told when one was late."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import Patient

__all__ = ["Task", "TaskEnd", "TaskEscalation"]


class Task(Fact):
    """Something that a named role, or one person of it, must do by a time. `core.literature.tasks` knows its kind."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="tasks")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="tasks", null=True)
    stage = models.CharField(max_length=20)
    kind = models.CharField(max_length=60)
    target = models.CharField(max_length=200, blank=True)
    """What the task is about beside the patient, such as a fact or the label and id of a row."""
    key = models.CharField(max_length=200, blank=True)
    """The same for the same task however often a machine asks for it; empty when nobody asks twice."""
    why = models.CharField(max_length=500)
    owner_role = models.CharField(max_length=20, choices=Role.choices)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="tasks", null=True)
    due = models.DateTimeField()

    if TYPE_CHECKING:
        end: TaskEnd

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "due"], name="tasks_by_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "key"], condition=~Q(key=""), name="one_task_of_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.why}"


class TaskEnd(Fact):
    """That a task came to its end: by what, on which record, and how late."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        NOT_NEEDED = "not_needed", "No longer needed"

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="end")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    ended_by = models.CharField(max_length=20)
    """What ended it, by `core.literature.tasks.EndsBy`."""
    record = models.CharField(max_length=120, blank=True)
    """Label and id of the row that ended it; empty when a note did."""
    note = models.CharField(max_length=500, blank=True)
    minutes_late = models.PositiveIntegerField()

    @property
    def audit_patient_id(self) -> uuid.UUID | None:
        """Whom an audit event about this row concerns."""
        return self.task.patient_id

    def __str__(self) -> str:
        return f"{self.task}: {self.get_outcome_display()}"


class TaskEscalation(Fact):
    """That a late task was given on: first to a second person, then to a medical director."""

    class Step(models.IntegerChoices):
        SECOND = 1, "A second person"
        DIRECTOR = 2, "The medical director"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="escalations")
    step = models.PositiveSmallIntegerField(choices=Step.choices)
    told = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", null=True)
    """The person by name; empty when the clinic has nobody of the role who could be told."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "step"], name="one_escalation_of_a_step")
        ]

    @property
    def audit_patient_id(self) -> uuid.UUID | None:
        """Whom an audit event about this row concerns."""
        return self.task.patient_id

    def __str__(self) -> str:
        return f"{self.task}: {self.get_step_display()}"
