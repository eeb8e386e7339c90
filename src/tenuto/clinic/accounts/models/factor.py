"""Second factors that signed something. Each signs once."""

from __future__ import annotations

from django.db import models

from tenuto.clinic.accounts.models.clinic import Staff
from tenuto.clinic.ledger.append_only import AppendOnly

__all__ = ["SpentFactor"]


class SpentFactor(AppendOnly):
    """A second factor that was given once and has signed once; `key` tells it from every other."""

    key = models.CharField(max_length=100, unique=True)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    spent_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.method} of {self.staff_id}, {self.spent_at:%Y-%m-%d %H:%M}"
