"""Attempts to reach a patient about a task, and that everything was tried."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.ports.models.task import Task

__all__ = ["Contact", "NotReached"]


class Contact(Fact):
    """One attempt to reach the patient: how, whether they were reached, and then how they are, in words."""

    class How(models.TextChoices):
        HERE = "here", "Here in person"
        PHONE = "phone", "By phone"
        VIDEO = "video", "By video"
        VISIT = "visit", "At home"
        MESSAGE = "message", "By message"

    class Outcome(models.TextChoices):
        SAFE = "safe", "Safe for now"
        SEEN = "seen", "Seen by a prescriber"
        REFERRED = "referred", "Referred to another service"
        EMERGENCY = "emergency", "Emergency services called"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="contacts")
    how = models.CharField(max_length=20, choices=How.choices)
    reached = models.BooleanField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    words = models.TextField()
    tried_at = models.DateTimeField(null=True)
    """When it was; empty on rows from before it was asked for, which count from when they were recorded."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reached=False, outcome="")
                | models.Q(reached=True) & ~models.Q(outcome=""),
                name="an_outcome_when_reached",
            )
        ]

    @property
    def tried(self) -> datetime:
        """When the attempt was made."""
        return self.tried_at or self.recorded_at

    @property
    def audit_patient_id(self) -> uuid.UUID | None:
        """Whom an audit event about this row concerns."""
        return self.task.patient_id

    def __str__(self) -> str:
        return f"{self.get_how_display()}: {'reached' if self.reached else 'not reached'}"


class NotReached(Fact):
    """That the patient could not be reached: the emergency contact called, and a welfare check or why there is none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="not_reached")
    emergency_contact = models.TextField()
    """Who is on record as the contact, when they were called and what they said; or that nobody is."""
    welfare_check = models.TextField(blank=True)
    reason_against_check = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(emergency_contact="")
                & (~models.Q(welfare_check="") | ~models.Q(reason_against_check="")),
                name="everything_was_tried",
            )
        ]

    @property
    def audit_patient_id(self) -> uuid.UUID | None:
        """Whom an audit event about this row concerns."""
        return self.task.patient_id

    def __str__(self) -> str:
        return "Not reached"
