"""A visit that was booked, and how it ended."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import PatientRow
from tenuto.core.dates import say_day

__all__ = ["Appointment", "AppointmentEnd"]


class Appointment(PatientRow):
    """One visit in its place. It stands until something ends it; moving it ends it and books another one.

    `series` is the same for all that were booked in one act. `chair` and `nurse` are names of the week's setup; a visit
    that is no infusion is in a room, and `nurse` is with whom.
    """

    class Kind(models.TextChoices):
        INFUSION = "infusion", "Infusion"
        RESCUE = "rescue", "Rescue slot"
        CONSULTATION = "consultation", "Consultation"
        EVALUATION = "evaluation", "Evaluation"
        PREPARATORY = "preparatory", "Preparatory visit"
        FOLLOW_UP = "follow_up", "Psychiatrist follow-up"
        PSYCHOTHERAPY = "psychotherapy", "Psychotherapy"
        LABORATORY = "laboratory", "Laboratory"
        NEXT_DAY = "next_day", "Next-day contact"

    IN_A_CHAIR: ClassVar = (Kind.INFUSION, Kind.RESCUE)
    """Kinds that take a chair and a nurse as an infusion does. A rescue slot is kept for a patient who may drift."""

    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.INFUSION)
    moved_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="moved_to", null=True, default=None
    )
    first = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, default=None)
    """The first place of a visit that was moved; None for one that stands where it was booked."""
    moves = models.PositiveSmallIntegerField(default=0)
    """How often it was moved until it came here."""
    series = models.UUIDField()
    n = models.PositiveSmallIntegerField()
    chair = models.CharField(max_length=80)
    nurse = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    infused_at = models.DateTimeField()
    """Until then the nurse attends this patient."""
    ends_at = models.DateTimeField()
    """Until then the patient is observed."""
    chair_free_at = models.DateTimeField()

    if TYPE_CHECKING:
        end: AppointmentEnd
        first_id: uuid.UUID | None

    class Meta:
        indexes: ClassVar = [models.Index(fields=["starts_at"], name="appointment_by_start")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("infused_at"))
                & Q(infused_at__lte=F("ends_at"))
                & Q(ends_at__lte=F("chair_free_at")),
                name="parts_of_a_visit_in_order",
            )
        ]

    def comes_from(self, old: Appointment) -> None:
        """Be the place to which another one was moved."""
        self.moved_from, self.first, self.moves = old, old.first or old, old.moves + 1

    @property
    def calendar_id(self) -> uuid.UUID:
        """The same wherever the visit is moved."""
        return self.first_id or self.pk

    @property
    def starts_on(self) -> date:
        """The day of the visit at the clinic."""
        return local(self.patient.clinic, self.starts_at).date()

    @property
    def at_clinic(self) -> str:
        """'Wed 9 Dec, 09:30', on the clinic's clock."""
        start = local(self.patient.clinic, self.starts_at)
        return f"{say_day(start.date())}, {start:%H:%M}"

    def __str__(self) -> str:
        return f"Visit {self.n}, {self.on_its_clock(self.starts_at):%Y-%m-%d %H:%M}"


class AppointmentEnd(Fact):
    """That a booked visit will not be, or was not, and why."""

    class Kind(models.TextChoices):
        CANCELLED = "cancelled", "Cancelled"
        MISSED = "missed", "Missed"
        MOVED = "moved", "Moved"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    why = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.why}"
