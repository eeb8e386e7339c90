"""A place that came free, offered to one patient for a while."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from tenuto.clinic.booking.models.appointment import Appointment
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import PatientRow

__all__ = ["ChairOffer", "ChairOfferEnd"]


class ChairOffer(PatientRow):
    """This start, chair and nurse, for this patient, until it expires. Nothing is taken before it is accepted."""

    freed = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="offers")
    """The visit that has ended, whose place it is."""
    chair = models.CharField(max_length=80)
    nurse = models.CharField(max_length=80)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    link = models.OneToOneField("links.Link", on_delete=models.PROTECT, related_name="chair_offer")

    if TYPE_CHECKING:
        end: ChairOfferEnd

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__lt=F("starts_at")), name="offer_ends_before_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"Offer of {self.chair}, {self.on_its_clock(self.starts_at):%Y-%m-%d %H:%M}"


class ChairOfferEnd(Fact):
    """That an offer was accepted, which booked the visit, or declined, or taken back."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.OneToOneField(ChairOffer, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=20, choices=Kind.choices)

    @property
    def audit_patient_id(self) -> uuid.UUID:
        """Whom an audit event about this row concerns."""
        return self.offer.patient_id

    def __str__(self) -> str:
        return self.get_kind_display()
