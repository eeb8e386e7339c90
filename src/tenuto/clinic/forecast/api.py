"""The door of the forecast: what later rooms may know of it, and its verbs."""

from __future__ import annotations

from tenuto.clinic.forecast.courses import CourseKnown, courses
from tenuto.clinic.forecast.services import DateRefused, ForecastMoved, decide_date, keep_forecast
from tenuto.clinic.forecast.services.nightly import begin_night, forecast_some

__all__ = [
    "CourseKnown",
    "DateRefused",
    "ForecastMoved",
    "begin_night",
    "courses",
    "decide_date",
    "forecast_some",
    "keep_forecast",
]
