"""What keeps a patient from being booked, and when a patient should be booked."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import Patient

__all__ = ["Hold", "HoldLift", "Window"]


class Hold(Fact):
    """The patient may not be booked, until a day or until someone lifts it."""

    class Kind(models.TextChoices):
        CLINICAL = "clinical", "Placed by a clinician"
        CONSENT = "consent", "Consent withdrawn"
        PLAN = "plan", "Signed plan to look at again"
        RED_FLAG = "red_flag", "Red flag"
        FORECAST = "forecast", "Course to look at"
        CHECK = "check", "Long-term check"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    rule = models.CharField(max_length=80, blank=True)
    """The rule of the program that placed it; empty for a person's."""
    key = models.CharField(max_length=200, blank=True)
    """The same for the same reason however often it is found, with a number behind it when the reason came back."""
    why = models.CharField(max_length=500)
    until = models.DateField(null=True)

    if TYPE_CHECKING:
        lift: HoldLift

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "key"], condition=~Q(key=""), name="one_hold_of_a_key")
        ]

    def __str__(self) -> str:
        return self.why


class HoldLift(Fact):
    """That a hold was lifted, and why."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="lift")
    why = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.why


class Window(Fact):
    """Book the patient between two days. The newest window of a kind counts; one without days takes the older back."""

    class Kind(models.TextChoices):
        FORECAST = "forecast", "Forecast"
        DECIDED = "decided", "Decided"
        RESCUE = "rescue", "Rescue slot"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="windows")
    opens = models.DateField(null=True)
    closes = models.DateField(null=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    why = models.CharField(max_length=500)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "-event_number"], name="newest_window")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__lte=F("closes")),
                name="window_opens_before_it_closes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.opens} to {self.closes}"
