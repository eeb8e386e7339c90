"""The chart of a session, entry by entry, and its end."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.infusion.models.session import Session
from tenuto.clinic.people.models import PatientRow

__all__ = ["ChartEntry", "SessionEnd"]


class ChartEntry(PatientRow):
    """One entry. `client_id` is given by who sends it, so that what is sent twice is kept once.

    `happened_at` is never later than the server's clock; `claimed_at` is what the device said, where that was ahead.
    `known_number` and `ahead_seconds` are of an entry that a device saved first: the newest event that its page knew, and by how
    much its clock was ahead.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="entries")
    client_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    content = models.JSONField()
    happened_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    amends = models.CharField(max_length=64, blank=True)
    why = models.CharField(max_length=500, blank=True)
    known_number = models.BigIntegerField(null=True)
    ahead_seconds = models.IntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "client_id"], name="one_chart_entry_of_a_client_id")
        ]

    def __str__(self) -> str:
        return self.kind


class SessionEnd(PatientRow):
    """That the chart of a session is closed, with what the patient said at the end. Late entries are still charted."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="end")
    debrief = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"End of the session of {self.session.held_on}"
