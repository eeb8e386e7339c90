"""The rows of the drug ledger. All are only added."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import Patient

__all__ = ["StockRow"]


class StockRow(Fact):
    """One entry. `client_id` is given by who sends it, so that what is sent twice is kept once.

    `patient` stands with what was drawn, given or wasted for one of their sessions. `written_by` is the sign-in by which a witness is
    told from who wrote it: names can be alike.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="stock_rows")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", null=True)
    client_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    content = models.JSONField()
    happened_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinic", "kind", "event_number", "id"], name="stock_newest_of_a_kind")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "client_id"], name="one_stock_row_of_a_client_id")
        ]

    def __str__(self) -> str:
        return self.kind
