"""How often something was tried lately."""

from __future__ import annotations

from django.db import models

__all__ = ["Tally"]


class Tally(models.Model):
    """A count that ends at a time. `key` is a keyed hash of what is counted: a user name, an address. No record of
    anything; rows go when their time is over."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%H:%M}"
