"""What a prescriber decided, with everything that was known then."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.ledger.facts import SignedFact
from tenuto.clinic.people.models import PatientRow


class Decision(PatientRow, SignedFact):
    """Accept for planning, not suitable, or needs more; pinned to the facts, the policy and the rules that it rests on."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "Accepted for planning"
        NOT_SUITABLE = "not_suitable", "Not suitable"
        NEEDS_MORE = "needs_more", "Needs more"

    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.TextField(blank=True)
    authority = models.CharField(max_length=20)
    gate_level = models.CharField(max_length=10)
    findings = models.JSONField()
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    policy_id = models.CharField(max_length=80)
    policy_version = models.PositiveIntegerField()
    policy_sha256 = models.CharField(max_length=64)
    rules_sha256 = models.CharField(max_length=64)

    @property
    def says(self) -> str:
        """What it says, for somebody who had not seen it."""
        return f"{self.get_outcome_display()}{f': {self.reason}' if self.reason else ''}"

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.recorded_at:%Y-%m-%d}"
