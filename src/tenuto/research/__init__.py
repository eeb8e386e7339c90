"""Tenuto as a library: forecasts, trials, clinics and drug levels from and into data frames, with charts that show themselves.

    from tenuto.research import forecast, levels, simulate_clinic, simulate_trial

Every function takes plain values or a frame of any library that `narwhals` knows (pandas, Polars, PyArrow and others), and gives
a `Table`, which is a dict of columns: `pandas.DataFrame(table)` and `polars.DataFrame(table)` take it as it is. What
computes is `tenuto.core`; nothing here decides a treatment.
"""

from tenuto.research.chart import Chart
from tenuto.research.courses import PatientForecast, forecast, history
from tenuto.research.drug_levels import levels
from tenuto.research.simulations import simulate_clinic, simulate_trial
from tenuto.research.table import ChartedTable, Frame

__all__ = [
    "Chart",
    "ChartedTable",
    "Frame",
    "PatientForecast",
    "forecast",
    "history",
    "levels",
    "simulate_clinic",
    "simulate_trial",
]
