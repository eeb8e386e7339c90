"""How far the forecasts of a night have come. A list of work, not a record."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from tenuto.clinic.accounts.models import Clinic

__all__ = ["ForecastNight"]


class ForecastNight(models.Model):
    """The forecasts of a clinic for one day. `after` is the last patient that was done: a new worker goes on from there."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="forecast_nights")
    day = models.DateField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    after = models.UUIDField(default=UUID(int=0))
    patients = models.PositiveIntegerField(default=0)
    """Patients with an infusion under a plan in force when the night began."""
    done = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    """Forecasts that were worked out: of the others nothing but the day had changed."""
    kept = models.PositiveIntegerField(default=0)
    """Forecasts that came to something else than the one before."""
    unreadable = models.PositiveIntegerField(default=0)
    """Courses from which nothing can be forecast, such as one without a baseline."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "day"], name="one_forecast_night_of_a_day")
        ]

    @property
    def percent(self) -> int:
        """How much is done."""
        return 100 if self.ended_at else 100 * self.done // max(self.patients, 1)

    def __str__(self) -> str:
        return f"{self.day}: {self.done} of {self.patients}"
