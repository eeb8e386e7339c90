"""The chain of audit events, one row for every action, every look and every sign-in; and what waits to be sent out."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models

from tenuto.clinic.ledger.append_only import AppendOnly

__all__ = ["AuditEvent", "EventKind", "OutboxMessage", "SealedState"]


class EventKind(models.TextChoices):
    """What sort of thing happened."""

    WRITE = "write", "Change"
    READ = "read", "Look"
    ACCESS = "access", "Access"
    OVERRIDE = "override", "Override"


class AuditEvent(AppendOnly):
    """Who did what to what, and when.

    Names and ids are copied, not referenced: the row still says who it was when the account is gone, and this app
    needs to know none of the apps above it. `mac` is keyed over every other column; `previous` is the `mac` of the
    row before, so that no row can be changed, moved or taken out unseen (docs/adr/0010-audit-chain.md).
    """

    number = models.BigIntegerField(primary_key=True)
    clinic_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    patient_id = models.UUIDField(null=True)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=300)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    origin = models.CharField(max_length=100)
    detail_json = models.TextField()
    rows_json = models.TextField()
    previous = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["clinic_id", "recorded_at"], name="audit_by_clinic"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["patient_id", "by_id"], name="audit_by_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by_name}: {self.action} {self.subject_type} {self.subject_id}"

    @property
    def detail(self) -> dict[str, Any]:
        """What else is worth knowing about the action."""
        found: dict[str, Any] = json.loads(self.detail_json)
        return found


class SealedState(AppendOnly):
    """The state that a row of a sealed table had as one event wrote it; an empty digest says that the row went.

    The tables are named in `sealed`: their rows change, as a role or a name does, and the newest state of each is what
    the row must still be. `columns` are those that the digest is over, so that a column added later changes nothing.
    """

    table = models.CharField(max_length=60)
    row = models.CharField(max_length=64)
    columns = models.TextField()
    digest = models.CharField(max_length=64)
    event_number = models.BigIntegerField(editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["table", "row", "event_number"], name="newest_state_of_a_row")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row} as of event {self.event_number}"


class OutboxMessage(models.Model):
    """Something that must be sent out, written with the action that wants it, and kept until it has left.

    A list of work, not a record: who asked for it and that it left are audit events. `key` is the same for the same
    message however often it is asked for, and travels with it, so that the other side can tell a repetition. Nothing
    happens with it before `leased_until`: a sweep has it in hand, or it was not taken and waits for its next try.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    payload = models.JSONField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(sent_at__isnull=True), name="outbox_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
