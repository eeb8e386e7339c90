"""What stands beside a name that is printed on an order: letters after it, and a licence number."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.accounts.models.clinic import Staff
from tenuto.clinic.ledger.facts import Fact

__all__ = ["PrintedCredential"]


class PrintedCredential(Fact):
    """From this event on; what was signed before keeps the one before. Both empty: the role alone is printed."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="credentials")
    letters = models.CharField(max_length=60, blank=True)
    licence = models.CharField(max_length=60, blank=True)

    @property
    def words(self) -> str:
        """'MD, licence 12345'."""
        return ", ".join(filter(None, (self.letters, self.licence and f"licence {self.licence}")))

    def __str__(self) -> str:
        return self.words or "role alone"
