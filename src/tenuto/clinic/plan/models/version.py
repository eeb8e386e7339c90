"""One version of a plan, and what happened to it: an exception, a signature, a withdrawal. Its status follows from these."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import cached_property

from tenuto.clinic.ledger.facts import Fact, SignedFact
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_json import facts_from_json
from tenuto.core.plan.order import Order, order_from_json

__all__ = ["PlanException", "PlanReview", "PlanSignature", "PlanVersion", "PlanWithdrawal"]


class PlanVersion(Fact):
    """A plan as it was put together once, on the day `as_of`.

    `content_json` is the order that is signed (`core.plan.order`), `facts_json` what was known about the person, and
    `document_json` the words in which both were shown then. Each is kept as text, so that its digest can always be
    checked. All versions of one running series carry the same `series`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plan_versions")
    number = models.PositiveIntegerField()
    series = models.UUIDField()
    revises = models.ForeignKey("self", on_delete=models.PROTECT, related_name="revisions", null=True)
    protocol_id = models.CharField(max_length=80)
    protocol_version = models.PositiveIntegerField()
    protocol_sha256 = models.CharField(max_length=64)
    policy_id = models.CharField(max_length=80)
    policy_version = models.PositiveIntegerField()
    policy_sha256 = models.CharField(max_length=64)
    rules_sha256 = models.CharField(max_length=64)
    decision_id = models.UUIDField(null=True)
    as_of = models.DateField()
    facts_json = models.TextField()
    facts_sha256 = models.CharField(max_length=64)
    gate_level = models.CharField(max_length=10)
    content_json = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    document_json = models.TextField()
    document_sha256 = models.CharField(max_length=64)
    why = models.CharField(max_length=500, blank=True)

    if TYPE_CHECKING:
        signature: PlanSignature
        exception: PlanException
        withdrawal: PlanWithdrawal

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "number"], name="one_plan_version_of_a_number")
        ]

    @cached_property
    def order(self) -> Order:
        """What is signed."""
        return order_from_json(json.loads(self.content_json))

    @cached_property
    def document(self) -> dict[str, Any]:
        """The words in which it was shown; see `plan.document`."""
        found: dict[str, Any] = json.loads(self.document_json)
        return found

    @cached_property
    def facts(self) -> PatientFacts:
        """What was known about the person."""
        return facts_from_json(json.loads(self.facts_json))

    def __str__(self) -> str:
        return f"Version {self.number}"


class _Act(Fact):
    """Something that somebody did to a version, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reason = models.TextField(blank=True)

    class Meta:
        abstract = True


class PlanException(_Act, SignedFact):
    """A medical director lets a BLOCK pass, for this version and with a reason."""

    version = models.OneToOneField(PlanVersion, on_delete=models.PROTECT, related_name="exception")

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.version.patient_id

    def __str__(self) -> str:
        return f"Exception for {self.version}"


class PlanSignature(_Act, SignedFact):
    """A prescriber signs exactly this content, with a fresh second factor. `meaning` is the sentence that was signed."""

    version = models.OneToOneField(PlanVersion, on_delete=models.PROTECT, related_name="signature")
    meaning = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    document_sha256 = models.CharField(max_length=64)

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.version.patient_id

    def __str__(self) -> str:
        return f"{self.version}, signed by {self.recorded_by_name}"


class PlanReview(SignedFact):
    """A prescriber looked again at a signed plan that is worse off, and lets it go on. A plan may be looked at often."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="reviews")
    reason = models.TextField()
    reasons = models.JSONField()
    """Keys of what was looked at."""
    gate_level = models.CharField(max_length=10)

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.version.patient_id

    def __str__(self) -> str:
        return f"{self.version}, looked at again"


class PlanWithdrawal(_Act):
    """A prescriber takes a signed version back, or declines a draft; nothing more is given by it."""

    version = models.OneToOneField(PlanVersion, on_delete=models.PROTECT, related_name="withdrawal")

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.version.patient_id

    def __str__(self) -> str:
        return f"{self.version}, withdrawn"
