"""A forecast as it was made, with all that it was made from."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models

from tenuto.clinic.people.models import PatientRow
from tenuto.core.forecast.keeping import ForecastSaid

__all__ = ["StoredForecast"]


class StoredForecast(PatientRow):
    """What the model said of a patient on the day `as_of`. A later one supersedes it; none is rewritten.

    `inputs` and `result` are the texts of `core.forecast.keeping`: from the first the program works out the second
    again, while model and parameters are the ones named here. `ground` tells whether anything but the day has changed.
    The policy is pinned by its digest; the limits that were used stand in the inputs.
    """

    as_of = models.DateField()
    ground = models.CharField(max_length=64)
    inputs = models.TextField()
    inputs_sha256 = models.CharField(max_length=64)
    result = models.TextField()
    result_sha256 = models.CharField(max_length=64)
    model_version = models.CharField(max_length=40)
    parameters_sha256 = models.CharField(max_length=64)
    policy_id = models.CharField(max_length=80)
    policy_version = models.PositiveIntegerField()
    policy_sha256 = models.CharField(max_length=64)
    known_to = models.DateField()
    treated = models.DateField()
    """The last infusion that it knew."""
    state = models.CharField(max_length=20)
    headline = models.TextField()
    reason = models.TextField(blank=True)
    """Why nothing is forecast; empty when there is a forecast."""
    opens = models.DateField(null=True)
    closes = models.DateField(null=True)
    review_on = models.DateField(null=True)
    review_owner = models.CharField(max_length=20, blank=True)
    review_what = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patient", "-event_number"], name="newest_forecast")]

    @property
    def said(self) -> ForecastSaid:
        """The same as the value that the program works out."""
        return ForecastSaid(
            known_to=self.known_to,
            treated=self.treated,
            state=self.state,
            headline=self.headline,
            reason=self.reason,
            opens=self.opens,
            closes=self.closes,
            review_on=self.review_on,
            review_owner=self.review_owner,
            review_what=self.review_what,
            model_version=self.model_version,
            parameters_sha256=self.parameters_sha256,
            result=self.result,
        )

    @property
    def window(self) -> tuple[date, date] | None:
        """The first and the last day of the booster window; None when nothing was forecast."""
        return (self.opens, self.closes) if self.opens and self.closes else None

    def __str__(self) -> str:
        return self.headline
