"""The verbs of the forecast. Each is one transaction with its audit event."""

from tenuto.clinic.forecast.services.deciding import DateRefused, ForecastMoved, decide_date
from tenuto.clinic.forecast.services.keeping import keep_forecast

__all__ = ["DateRefused", "ForecastMoved", "decide_date", "keep_forecast"]
