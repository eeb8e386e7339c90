"""Forecast: how long the response is likely to last, and the decision on the next date."""
