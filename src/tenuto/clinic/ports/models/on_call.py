"""Who is on call when, for what cannot wait until the clinic opens."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.ui.words import moment

__all__ = ["OnCallEnd", "OnCallShift"]


class OnCallShift(Fact):
    """A member of staff is on call from one moment to another, and is reached there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="on_call_shifts")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="on_call_shifts")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    phone = models.CharField(max_length=40)

    class Meta:
        verbose_name = "put on call"
        indexes: ClassVar = [models.Index(fields=["clinic", "ends_at"], name="on_call_by_end")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(begins_at__lt=F("ends_at")), name="on_call_begins_first")
        ]

    def __str__(self) -> str:
        return f"{self.staff} is on call until {self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def says(self) -> str:
        """Who, from when until when, and at which number."""
        begins, ends = (moment(each, self.recorded_zone) for each in (self.begins_at, self.ends_at))
        return f"{self.staff}, {begins} to {ends}, {self.phone}"


class OnCallEnd(Fact):
    """That a shift is not kept, from the moment at which this was recorded."""

    shift = models.OneToOneField(OnCallShift, on_delete=models.PROTECT, related_name="end")

    class Meta:
        verbose_name = "taken out of the rota"

    def __str__(self) -> str:
        return f"not kept: {self.shift}"

    @property
    def says(self) -> str:
        """Whose shift is not kept."""
        return self.shift.says
