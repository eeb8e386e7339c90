"""Versions of a clinic's policy, who signed them, and which one was in effect from when. Nothing is ever changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.ledger.facts import IN_ORDER, NEWEST_FIRST, Fact, SignedFact

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = ["PolicyActivation", "PolicySignature", "PolicyVersion", "RuleSet"]


class PolicyVersion(Fact):
    """The text of one version as it was proposed. `sha256` is the digest that signatures are given for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="policy_versions")
    policy_id = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    toml = models.TextField()
    sha256 = models.CharField(max_length=64)
    why = models.CharField(max_length=500)

    if TYPE_CHECKING:
        signatures: RelatedManager[PolicySignature]

    class Meta:
        ordering: ClassVar = ["-event_number", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clinic", "policy_id", "version"], name="one_content_for_a_policy_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} version {self.version}"


class RuleSet(AppendOnly):
    """The rules of the program as they were when something was first decided or drafted by them."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    entries_json = models.TextField()
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Rules {self.sha256[:12]}"


class PolicySignature(SignedFact):
    """That someone signed exactly this content with a fresh second factor."""

    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="signatures")
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = IN_ORDER
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "signed_by"], name="one_signature_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.recorded_by_name}, {self.recorded_at:%Y-%m-%d}"


class PolicyActivation(SignedFact):
    """That a signed version came into effect. The newest counts; going back is a further row."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="policy_activations")
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="activations")
    why = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar = NEWEST_FIRST
        indexes: ClassVar = [models.Index(fields=["clinic", "-event_number"], name="policy_in_effect")]

    def __str__(self) -> str:
        return f"{self.policy} in effect from {self.recorded_at:%Y-%m-%d %H:%M}"
