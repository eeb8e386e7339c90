"""For the session screen: the predicted level under the blood pressure that was measured, on one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tenuto.clinic.ui.charts.dose_level import LevelFigure, Range
from tenuto.clinic.ui.charts.level import infusion_layer, time_axis
from tenuto.clinic.ui.charts.look import PAGE, ChartColours, config
from tenuto.clinic.ui.charts.render import SCHEMA, Spec, render
from tenuto.core.pk.curves import DISCLAIMER

__all__ = ["PressureReading", "session_chart", "session_figure", "session_text"]


@dataclass(frozen=True, slots=True)
class PressureReading:
    """One measured blood pressure, minutes from the start of the infusion, mmHg."""

    at_min: float
    systolic: int
    diastolic: int


def session_chart(
    readings: Sequence[PressureReading],
    shown: Range,
    *,
    look: ChartColours = PAGE,
    width: int = 560,
    until_min: float | None = None,
) -> Spec:
    """Blood pressure above, range of predicted levels below. Without readings the upper part says so.

    until_min: right edge of the time axis; by default where the prediction ends. Observed values are dots joined by a
    hairline; the prediction is a band and a line, and never mixes with what was measured.
    """
    end = float(shown.times[-1]) if until_min is None else until_min
    axis = time_axis(np.array([0.0, end]), most_ticks=9 if width > 400 else 4)
    return {
        "$schema": SCHEMA,
        "description": session_text(readings, shown),
        "padding": 4,
        "spacing": 18,
        "vconcat": [_pressure(readings, axis, end, look, width), _level(shown, axis, end, look, width)],
        "config": {**config(look), "aria": False},
    }


def session_figure(readings: Sequence[PressureReading], shown: Range) -> LevelFigure:
    """What the session screen prints: both drawings, words, the readings as a table."""
    drawings = [render(session_chart(readings, shown, width=width), "svg").decode() for width in (560, 250)]
    rows = [
        (
            f"{r.at_min:.0f}",
            str(r.systolic),
            str(r.diastolic),
            f"{np.interp(r.at_min, shown.times, shown.found[0].ng_per_ml):.0f}",
        )
        for r in readings
    ]
    return LevelFigure(
        wide=drawings[0],
        narrow=drawings[1],
        title="Observed blood pressure, and predicted ketamine level",
        disclaimer=DISCLAIMER,
        text=session_text(readings, shown),
        table_title="Readings, with the level predicted at the same time",
        headings=("min", "systolic, mmHg", "diastolic, mmHg", "predicted, ng/mL"),
        rows=tuple(rows),
        cautions=shown.cautions,
        columns_of_words=0,
    )


def session_text(readings: Sequence[PressureReading], shown: Range) -> str:
    """The chart in words."""
    if readings:
        last = max(readings, key=lambda r: r.at_min)
        highest = max(readings, key=lambda r: r.systolic)
        said = (
            f"{len(readings)} blood pressures; highest {highest.systolic}/{highest.diastolic} mmHg at {highest.at_min:.0f} min, "
            f"last {last.systolic}/{last.diastolic} mmHg at {last.at_min:.0f} min."
        )
    else:
        said = "No blood pressure recorded yet."
    top = shown.found[0].ng_per_ml
    level = f"Predicted level: at most {top.max():.0f} ng/mL at {shown.times[top.argmax()]:.0f} min by {shown.found[0].model.short}"
    return f"{said} {level}; {DISCLAIMER}."


def _pressure(
    readings: Sequence[PressureReading], axis: Spec, end: float, look: ChartColours, width: int
) -> Spec:
    values: list[dict[str, Any]] = [
        {"time": r.at_min, "mmHg": value, "which": which}
        for r in sorted(readings, key=lambda r: r.at_min)
        if 0 <= r.at_min <= end
        for which, value in (("systolic", r.systolic), ("diastolic", r.diastolic))
    ]
    low = min([40, *(v["mmHg"] - 10 for v in values)]) if values else 40
    high = max([180, *(v["mmHg"] + 10 for v in values)]) if values else 180
    y = {
        "field": "mmHg",
        "type": "quantitative",
        "title": "observed, mmHg",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"tickCount": 4, "domain": False, "ticks": False, "grid": False},
    }
    x = {**axis, "title": None, "axis": {**axis["axis"], "labels": False, "ticks": False}}
    base: Spec = {"width": width, "height": 120, "encoding": {"x": x, "y": y}}
    if not values:
        note: list[dict[str, Any]] = [
            {"time": end / 2, "mmHg": (low + high) / 2, "name": "No blood pressure recorded yet"}
        ]
        text = {
            "mark": {"type": "text", "color": look.soft},
            "encoding": {"text": {"field": "name", "type": "nominal"}},
        }
        return {**base, "data": {"values": note}, "layer": [text]}
    ends = [v for v in values if v["time"] == values[-1]["time"]]
    detail = {"detail": {"field": "which", "type": "nominal"}}
    return {
        **base,
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "line", "color": look.soft, "strokeWidth": 1}, "encoding": detail},
            {"mark": {"type": "point", "filled": True, "color": look.ink, "size": 42, "opacity": 1}},
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "left", "dx": 8, "color": look.ink},
                "encoding": {"text": {"field": "which", "type": "nominal"}},
            },
        ],
    }


def _level(shown: Range, axis: Spec, end: float, look: ChartColours, width: int) -> Spec:
    leading = shown.found[0].ng_per_ml
    inside = shown.times <= end
    rows = [
        {
            "time": float(t),
            "level": round(float(v), 1),
            "low": round(float(low), 1),
            "high": round(float(high), 1),
        }
        for t, v, low, high in list(
            zip(
                shown.times[inside], leading[inside], shown.lowest[inside], shown.highest[inside], strict=True
            )
        )[::2]
    ]
    top = 1.08 * float(shown.highest.max())
    lines = [DISCLAIMER] if width > 400 else list(DISCLAIMER.replace("; ", ";\n").splitlines())
    lines.append(f"{shown.found[0].model.short}, range of {len(shown.found)} models")
    dash = {"strokeDash": [6, 4]} if shown.found[0].is_doubtful else {}
    words = [{"time": end, "level": top * (0.97 - 0.13 * i), "name": line} for i, line in enumerate(lines)]
    return {
        "width": width,
        "height": 120,
        "data": {"values": rows},
        "encoding": {
            "x": axis,
            "y": {
                "type": "quantitative",
                "title": "predicted, ng/mL",
                "scale": {"domain": [0, top], "nice": False},
                "axis": {"tickCount": 3, "domain": False, "ticks": False, "grid": False},
            },
        },
        "layer": [
            {
                "mark": {"type": "area", "color": look.accent, "opacity": 0.16},
                "encoding": {"y": {"field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": look.accent, "strokeWidth": 2, **dash},
                "encoding": {"y": {"field": "level"}},
            },
            infusion_layer(shown.regimen, np.array([0.0, end]), look),
            {
                "data": {"values": words},
                "mark": {"type": "text", "align": "right", "baseline": "top", "color": look.ink},
                "encoding": {"y": {"field": "level"}, "text": {"field": "name", "type": "nominal"}},
            },
        ],
    }
