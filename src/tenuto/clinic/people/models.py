"""Clinics, the people who work there and the people who are treated there. Every query starts at a clinic."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models

from tenuto.clinic.people.managers import StaffManager
from tenuto.clinic.people.roles import Role

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = ["Clinic", "Patient", "PatientIdentifier", "Role", "Staff"]


class Clinic(models.Model):
    """A clinic: the border that no query crosses."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    demonstration = models.BooleanField(default=False)

    if TYPE_CHECKING:
        patients: RelatedManager[Patient]
        staff: RelatedManager[Staff]

    def __str__(self) -> str:
        return self.name


class Staff(AbstractUser):
    """A person who signs in. One clinic each; the name is one field, as people write it themselves."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="staff")

    objects: ClassVar[StaffManager] = StaffManager()

    REQUIRED_FIELDS: ClassVar = ["name", "role", "clinic"]

    @property
    def audit_name(self) -> str:
        """The name as it stays in the ledger."""
        return f"{self.name} ({self.username})"

    @property
    def is_invented(self) -> bool:
        """True for the people of a demonstration; never in production, where no demonstration loads."""
        return self.clinic.demonstration and not settings.PRODUCTION

    def __str__(self) -> str:
        return self.name


class Patient(models.Model):
    """A person who is or may be treated. What is known about them is in `intake`; here is only who it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    name = models.CharField(max_length=200)
    birth_date = models.DateField(null=True)
    registered_at = models.DateTimeField()

    if TYPE_CHECKING:
        identifiers: RelatedManager[PatientIdentifier]

    class Meta:
        ordering: ClassVar = ["name", "id"]

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.pk

    def __str__(self) -> str:
        return self.name


class PatientIdentifier(models.Model):
    """A number or code that other systems know the patient by; within a clinic it points to one patient."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    value = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "value"], name="identifier_once_in_a_clinic")
        ]

    def __str__(self) -> str:
        return self.value
