"""What the workers of several processes have to agree on. Lists of work, not records."""

from __future__ import annotations

from django.db import models

__all__ = ["Beat", "WorkerSign"]


class Beat(models.Model):
    """The last turn in which a regular job was put on the list, so that only one process does it."""

    job = models.CharField(max_length=200, primary_key=True)
    turn = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.job} {self.turn}"


class WorkerSign(models.Model):
    """A sign of life. The jobs of a worker that gives none are done by another."""

    worker = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.worker} {self.seen_at:%Y-%m-%d %H:%M:%S}"
