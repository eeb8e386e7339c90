"""Enquiries: somebody asks for treatment, or is referred. Not a patient yet."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import Patient


class Enquiry(Fact):
    """What was asked, by whom, how to answer, and that an answer is wanted."""

    class Channel(models.TextChoices):
        WEB = "web", "Web form"
        PHONE = "phone", "Phone"
        LETTER = "letter", "Referral letter"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="enquiries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    name = models.CharField(max_length=200)
    birth_date = models.DateField(null=True)
    contact = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    referrer = models.CharField(max_length=300, blank=True)
    consent_to_contact = models.BooleanField()
    task = models.UUIDField()
    """The task to answer it; it ends with the enquiry."""

    if TYPE_CHECKING:
        end: EnquiryEnd

    class Meta:
        indexes: ClassVar = [models.Index(fields=["clinic", "-recorded_at"], name="enquiries_of_clinic")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.recorded_at:%Y-%m-%d}"


class EnquiryEnd(Fact):
    """That an enquiry became a patient, or was closed with a reason."""

    enquiry = models.OneToOneField(Enquiry, on_delete=models.PROTECT, related_name="end")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", null=True)
    why = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.why
