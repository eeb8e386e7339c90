"""Links by which people choose their own password. The link's secret itself is not kept."""

from __future__ import annotations

import uuid

from django.db import models

from tenuto.clinic.accounts.models.clinic import Staff
from tenuto.clinic.ledger.facts import Fact

__all__ = ["Invitation", "InvitationUse"]


class Invitation(Fact):
    """One link: for whom, until when. `digest` is the SHA-256 of its secret; only the newest of a person opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"for {self.staff}, until {self.expires_at:%Y-%m-%d %H:%M}"


class InvitationUse(Fact):
    """That the person chose a password with it. A second use has no row to be."""

    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="use")

    def __str__(self) -> str:
        return f"{self.invitation}: used"
