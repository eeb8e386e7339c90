"""The chart of a session, entry by entry, and its end."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenuto.clinic.infusion.models.session import Session
from tenuto.clinic.people.models import PatientRow
from tenuto.core.infusion.entries import RecoveryAnswered, RecoveryScored
from tenuto.core.infusion.entry_json import content_from_json
from tenuto.core.infusion.recovery_data import MOST_POINTS, recovery_data

__all__ = ["ChartEntry", "SessionEnd"]


class ChartEntry(PatientRow):
    """One entry. `client_id` is given by who sends it, so that what is sent twice is kept once.

    `happened_at` is never later than the server's clock; `claimed_at` is what the device said, where that was ahead.
    `known_number` is the newest event that the page of the entry knew; `ahead_seconds`, of one that a device saved first, by how
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

    @property
    def says(self) -> str:
        """What was charted, for somebody who had not seen it; of a recovery with its value."""
        what, data = content_from_json(self.kind, self.content), recovery_data()
        if isinstance(what, RecoveryAnswered) and what.row in data.rows:
            row = data.rows[what.row]
            chosen = next((each.words for each in row.choices if each.id == what.choice), what.choice)
            return f"{row.title}: {chosen}"
        if isinstance(what, RecoveryScored) and what.variant in data.variants:
            return (
                f"{data.variants[what.variant].title}: {sum(what.points)} of {MOST_POINTS * len(what.points)}"
            )
        return str(self)

    def __str__(self) -> str:
        return self.kind


class SessionEnd(PatientRow):
    """That the chart of a session is closed, with what the patient said at the end. Late entries are still charted."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="end")
    debrief = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"End of the session of {self.session.held_on}"
