"""Who a patient is: the identity, its history, the identifiers, whom to speak with and how."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

from tenuto.clinic.accounts.models.clinic import Clinic
from tenuto.clinic.ledger.facts import NEWEST_FIRST, Fact
from tenuto.clinic.people.proven import compare_later, kept, write_with_mark
from tenuto.core.intake.facts import Identifier
from tenuto.core.intake.identifiers import record_number

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = [
    "Channel",
    "ContactPreference",
    "Identity",
    "NameKey",
    "Patient",
    "PatientIdentifier",
    "SupportPerson",
]


class Patient(models.Model):
    """A person who is or may be treated. What is known about them is in `intake`; here is only who it is.

    This row holds the newest of the patient's `Identity` rows, for finding and sorting; those are the record.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    name = models.CharField(max_length=200)
    """As it is written out: with a mark when name, birth date or a number was edited past the program, see `proven`."""
    preferred_name = models.CharField(max_length=100, blank=True, default="")
    birth_date = models.DateField(null=True)
    registered_at = models.DateTimeField()
    search = models.TextField(default="")
    """Names and numbers as a search compares them, see `names`; computed, never shown."""

    if TYPE_CHECKING:
        identifiers: RelatedManager[PatientIdentifier]

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["clinic", "birth_date"], name="patients_by_birth_date")]

    @classmethod
    def from_db(cls, *read: Any, **how: Any) -> Self:
        """A patient who was read; compared with what was recorded once a name is written out."""
        patient = super().from_db(*read, **how)
        compare_later(patient)
        return patient

    @property
    def kept_name(self) -> str:
        """The name as its row has it, for comparing and filing; whatever prints it takes `name`."""
        name: str = kept(self, "name")
        return name

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.pk

    @property
    def record_number(self) -> str:
        """The one number that pages and papers show beside name and birth date; empty when there is none."""
        numbers = sorted(self.identifiers.all(), key=lambda each: not each.proves)
        return record_number(str(each) for each in numbers)

    def __str__(self) -> str:
        return self.name


write_with_mark(Patient, "name")


class PatientIdentifier(models.Model):
    """A number that other systems know the patient by. One that proves who it is points to one patient of a clinic.

    A number that a family shares, or of which nobody says who gave it out, may stand with several and proves nothing.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    value = models.CharField(max_length=200)
    label = models.CharField(max_length=200, blank=True, default="")
    system = models.CharField(max_length=200, blank=True, default="")
    proves = models.BooleanField(default=False)
    key = models.CharField(max_length=200)
    """The value as numbers are compared, see `names.number_key`."""

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["clinic", "key"], name="patients_by_number")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clinic", "system", "key"],
                condition=models.Q(proves=True),
                name="proving_number_once_in_a_clinic",
            )
        ]

    @property
    def read(self) -> Identifier:
        """The number as the rules know it."""
        return Identifier(self.value, self.label, self.system, self.proves)

    def __str__(self) -> str:
        return str(self.read)


class Identity(Fact):
    """Who a patient was known to be from one moment on. A correction adds a row; the one before stays (hazard H34)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identities")
    name = models.CharField(max_length=200)
    preferred_name = models.CharField(max_length=100)
    birth_date = models.DateField(null=True)
    why = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = NEWEST_FIRST

    def __str__(self) -> str:
        return f"{self.name}, {self.birth_date}"


class NameKey(models.Model):
    """Where to look for names that could be mistaken for this one; computed from the name, see `similar`."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="name_keys")
    key = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "key"], name="patients_by_name_key")]

    def __str__(self) -> str:
        return self.key


class Channel(models.TextChoices):
    """A way to reach a patient."""

    PHONE = "phone", "Phone"
    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    POST = "post", "Post"


class ContactPreference(Fact):
    """Whether and where the patient wants to be reached on a channel. The newest row of a channel counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_preferences")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    allowed = models.BooleanField()
    address = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = NEWEST_FIRST

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.address if self.allowed else 'not wanted'}"


class SupportPerson(Fact):
    """Who accompanies the patient, and whether the patient consents to our speaking with them. The newest row counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="support_persons")
    name = models.CharField(max_length=200)
    relation = models.CharField(max_length=100)
    phone = models.CharField(max_length=60)
    may_be_told = models.BooleanField()

    class Meta:
        ordering: ClassVar = NEWEST_FIRST

    def __str__(self) -> str:
        return f"{self.name}, {self.relation}"
