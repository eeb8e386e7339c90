"""Links that were given to patients, and what happened at their doors. The link's secret itself is not kept."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.models import Patient

__all__ = ["Link", "LinkRevocation", "LinkTry"]


class Link(Fact):
    """One link: whose, for what, until when. `digest` is the SHA-256 of its secret."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    single_use = models.BooleanField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.purpose}, until {self.expires_at:%Y-%m-%d %H:%M}"


class LinkTry(Fact):
    """Somebody was at the door with the link, and opened it or not. A single-use link opens once (`only`)."""

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="tries")
    opened = models.BooleanField()
    only = models.OneToOneField(Link, on_delete=models.PROTECT, related_name="only_opening", null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["link", "opened"], name="tries_of_a_link")]

    def __str__(self) -> str:
        return "opened" if self.opened else "not opened"


class LinkRevocation(Fact):
    """That a link was taken back before its time."""

    link = models.OneToOneField(Link, on_delete=models.PROTECT, related_name="revocation")
    why = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.why
