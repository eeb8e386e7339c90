"""Charts of the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tenuto.clinic.ui.charts.look import PRINT, config
from tenuto.clinic.ui.charts.render import SCHEMA, Spec
from tenuto.core.durability.calibration.table import reported
from tenuto.core.durability.model import CourseInfusion
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import Circumstances, PopulationFit
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.scales.measurement import measure

__all__ = ["population_chart", "rows_chart"]

INK, BAND, MISS = PRINT.ink, PRINT.accent, PRINT.block


def rows_chart(rows: Sequence[Mapping[str, Any]]) -> Spec:
    """Each published share (percent) against the 90 % interval predicted without its study; misses are red diamonds."""
    shares = [
        {**row, "label": f"{row['key']}", "verdict": "hit" if row["hit"] else "miss"}
        for row in rows
        if reported()[row["key"]].is_share
    ]
    y = {"field": "label", "type": "nominal", "title": None, "sort": [row["label"] for row in shares]}
    color = {
        "field": "verdict",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["hit", "miss"], "range": [INK, MISS]},
    }
    # A miss differs by its shape too, for those who do not see the colour.
    shape = {**color, "scale": {"domain": ["hit", "miss"], "range": ["circle", "diamond"]}}
    x = {"type": "quantitative", "title": "percent of patients", "scale": {"domain": [0, 100]}}
    return {
        "$schema": SCHEMA,
        "title": {
            "text": "Published shares against what was predicted of them",
            "subtitle": "Bar: 5 to 95 % without the study; tick: middle; dot: published",
        },
        "data": {"values": shares},
        "width": 460,
        "height": {"step": 15},
        "config": config(PRINT),
        "layer": [
            {
                "mark": {"type": "bar", "height": 7, "color": BAND, "opacity": 0.35},
                "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "tick", "color": BAND, "thickness": 2, "size": 9},
                "encoding": {"y": y, "x": {"field": "middle", **x}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
                "encoding": {"y": y, "x": {"field": "observed", **x}, "color": color, "shape": shape},
            },
        ],
    }


def population_chart(fit: PopulationFit, days: int = 120) -> Spec:
    """Expected PHQ-9 of clinic patients given six infusions in two weeks and none after: half and 80 % of patients."""
    scale = measure("PHQ-9")
    law = fit.law(Circumstances(), scale)
    root = np.linalg.cholesky(law.covariance + 1e-9 * np.eye(len(law.mean)))
    patients = PatientParameters.from_latent(law.mean + standard_normal(4096, len(law.mean)) @ root.T)
    infusions = [CourseInfusion(float(d), 0.5) for d in (0, 2, 4, 7, 9, 11)]
    on = [float(d) for d in range(days + 1)]
    scores = fit.population.model().expected(patients, infusions, on)
    quantiles = np.quantile(scores, (0.1, 0.25, 0.5, 0.75, 0.9), axis=1)
    names = ("low", "inner_low", "middle", "inner_high", "high")
    rows = [
        {"day": day} | {name: round(float(quantiles[q, k]), 2) for q, name in enumerate(names)}
        for k, day in enumerate(on)
    ]
    x = {"field": "day", "type": "quantitative", "title": "days from the first infusion"}
    y = {"type": "quantitative", "title": "expected PHQ-9", "scale": {"domain": [0, 27]}}

    def band(low: str, high: str, opacity: float) -> Spec:
        return {
            "mark": {"type": "area", "color": BAND, "opacity": opacity},
            "encoding": {"x": x, "y": {"field": low, **y}, "y2": {"field": high}},
        }

    return {
        "$schema": SCHEMA,
        "title": {
            "text": "A population after six infusions and none after",
            "subtitle": "Line: median patient; bands: half and 80 % of patients",
        },
        "data": {"values": rows},
        "width": 520,
        "height": 240,
        "config": config(PRINT),
        "layer": [
            band("low", "high", 0.18),
            band("inner_low", "inner_high", 0.25),
            {
                "mark": {"type": "line", "color": BAND, "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "middle", **y}},
            },
        ],
    }
