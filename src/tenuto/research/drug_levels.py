"""Predicted drug levels of several bodies as one tidy table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tenuto.clinic.ui.charts.look import PRINT, config
from tenuto.clinic.ui.charts.render import SCHEMA
from tenuto.core.pk import Regimen, Subjects, default, load, simulate
from tenuto.core.pk.curves import DISCLAIMER
from tenuto.core.units import Mg, MgPerKg, Minutes
from tenuto.research.chart import Chart
from tenuto.research.table import ChartedTable

__all__ = ["levels"]


def levels(
    weights_kg: Sequence[float],
    dose: Mg | MgPerKg,
    over: Minutes | None = None,
    *,
    until_min: float = 240,
    every_min: float = 5,
    model: str | None = None,
    analyte: str = "ketamine",
) -> ChartedTable:
    """Levels of `analyte` in bodies of these weights after one dose, one row a weight and time, and a chart.

    dose: base, `Mg("35")` or `MgPerKg("0.5")`; over: its duration, at once when None. model: by name, the default when None.
    Columns `weight_kg`, `minute` and `ng_per_ml`. No level is a target. Raises OutsideModel outside a hard limit of the model,
    UnknownModel for its name, and KeyError for an analyte that the model does not have.
    """
    regimen = Regimen.single(dose, over)
    times = np.arange(0.0, until_min + every_min / 2, every_min)
    known = default() if model is None else load(model)
    found = simulate(known, regimen, Subjects(list(weights_kg)), times)
    level = found.of(analyte)
    columns: dict[str, list[Any]] = {
        "weight_kg": [float(w) for w in np.repeat(np.asarray(weights_kg, dtype=float), len(times))],
        "minute": [float(t) for t in np.tile(times, len(weights_kg))],
        "ng_per_ml": [float(v) for v in level.ravel()],
    }
    title = f"{analyte} after {regimen.text}, {known.short}"
    return ChartedTable(columns, _chart(columns, title))


def _chart(columns: dict[str, list[Any]], title: str) -> Chart:
    names = ("weight", "minute", "level")
    values = [
        {"weight": f"{w:g} kg", "minute": m, "level": round(v, 2)}
        for w, m, v in zip(*columns.values(), strict=True)
    ]
    x, y = (
        {"field": field, "type": "quantitative", "title": words}
        for field, words in ((names[1], "minutes"), (names[2], "ng/mL"))
    )
    return Chart(
        {
            "$schema": SCHEMA,
            "title": {"text": title, "subtitle": DISCLAIMER},
            "description": f"{title}: {DISCLAIMER}.",
            "width": 560,
            "height": 280,
            "data": {"values": values},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": x,
                "y": y,
                "strokeDash": {"field": names[0], "type": "nominal", "title": None, "sort": None},
            },
            "config": {**config(PRINT), "line": {"color": PRINT.accent}},
        }
    )
