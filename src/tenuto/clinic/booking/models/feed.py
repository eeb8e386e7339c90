"""An address under which a calendar finds booked visits, and that it was taken back."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import Patient

__all__ = ["CalendarFeed", "CalendarFeedEnd"]


class CalendarFeed(Fact):
    """Of one patient's visits, or for one of the staff of all visits or of those with one nurse of the week.

    `digest` is the SHA-256 of the secret in the address, which is kept nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="calendar_feeds", null=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds", null=True
    )
    nurse = models.CharField(max_length=80, blank=True)
    """Whose visits, as the week names the nurse; empty for all."""
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(patient__isnull=True, staff__isnull=False)
                | Q(patient__isnull=False, staff__isnull=True, nurse=""),
                name="feed_of_a_patient_or_of_staff",
            )
        ]

    @property
    def audit_patient_id(self) -> uuid.UUID | None:
        """Whom an audit event about this row concerns."""
        return self.patient_id

    def __str__(self) -> str:
        return f"Calendar of the visits with {self.nurse}" if self.nurse else "Calendar of visits"


class CalendarFeedEnd(Fact):
    """That the address opens no more."""

    feed = models.OneToOneField(CalendarFeed, on_delete=models.PROTECT, related_name="end")

    @property
    def audit_patient_id(self) -> uuid.UUID | None:
        """Whom an audit event about this row concerns."""
        return self.feed.patient_id

    def __str__(self) -> str:
        return "Taken back"
