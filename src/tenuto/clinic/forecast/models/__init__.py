"""Forecasts as they were made, what was decided on them, and how far the night has come."""

from tenuto.clinic.forecast.models.decision import DateDecision
from tenuto.clinic.forecast.models.night import ForecastNight
from tenuto.clinic.forecast.models.stored import StoredForecast

__all__ = ["DateDecision", "ForecastNight", "StoredForecast"]
