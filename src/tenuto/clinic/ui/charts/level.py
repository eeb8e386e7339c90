"""Charts of predicted drug level: curves of models side by side, and the range over models for a dose card.

Every one carries the words that it is not a target, draws a curve outside its model's soft limits broken, and says why.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from tenuto.clinic.ui.charts.look import PRINT, ChartColours, config
from tenuto.clinic.ui.charts.render import SCHEMA, Spec
from tenuto.core.pk.curves import DISCLAIMER, LevelCurve, warnings
from tenuto.core.pk.regimen import Floats, Regimen
from tenuto.core.pk.summary import peak

__all__ = ["curve_layers", "infusion_layer", "level_chart", "level_text", "short", "time_axis", "time_unit"]

_POINTS = 300
"""Points drawn of one curve; more can't be seen at this width."""
_TICKS = (
    *(seconds / 60 for seconds in (1, 2, 5, 10, 15, 30)),
    *(1, 2, 5, 10, 20, 30, 60, 120, 180, 360, 720),
    *(days * 1440 for days in (1, 2, 7, 30, 365)),
)
"""Spacings of a time axis, min."""
_LABEL_ROOM = 15
"""Least distance between two direct labels, px."""


def level_chart(
    found: Sequence[LevelCurve],
    regimen: Regimen,
    *,
    look: ChartColours = PRINT,
    width: int = 640,
    height: int = 340,
) -> Spec:
    """A Vega-Lite specification with its data inside: each curve with its name at its end, bands as fans."""
    found = _drawn(found)
    top = short(1.05 * max(float(_highest(c).max()) for c in found)) or 1.0
    layers = [infusion_layer(regimen, found[0].times_min, look)]
    for order, curve in enumerate(found):
        layers += curve_layers(curve, order, look)
    layers += _labels(found, regimen, top / height * _LABEL_ROOM, look)
    return {
        "$schema": SCHEMA,
        "title": {"text": textwrap.wrap(_title(found, regimen), 72), "subtitle": _subtitle(found)},
        "description": level_text(found, regimen),
        "width": width,
        "height": height,
        "padding": 12,
        "encoding": {"x": time_axis(found[0].times_min), "y": _level_axis(top)},
        "layer": layers,
        "config": config(look),
    }


def level_text(found: Sequence[LevelCurve], regimen: Regimen) -> str:
    """The chart in words, for those who don't see it."""
    found = _drawn(found)
    parts = [f"{_title(found, regimen)}: {DISCLAIMER}."]
    for curve in found:
        top, at = peak(curve.times_min, curve.ng_per_ml)
        last = f"{curve.ng_per_ml[-1]:.0f} ng/mL at {curve.times_min[-1]:.0f} min"
        parts.append(
            f"{curve.model.short}, {curve.analyte}: highest {top:.0f} ng/mL at {at:.0f} min, {last}."
        )
    return " ".join([*parts, *warnings(found)])


def curve_layers(curve: LevelCurve, order: int, look: ChartColours) -> list[Spec]:
    """One curve: its fan where people vary, then its line, broken outside the model's limits."""
    rows = _rows(curve)
    line: Spec = {
        "data": {"values": rows},
        "mark": {
            "type": "line",
            "color": _colour(curve, order, look),
            "strokeWidth": 2.5 if order == 0 else 1.5,
            **({"strokeDash": [6, 4]} if curve.is_doubtful else {}),
        },
        "encoding": {"y": {"field": "level"}},
    }
    if curve.percentiles is None:
        return [line]
    fan: Spec = {
        "data": {"values": rows},
        "mark": {"type": "area", "color": _colour(curve, order, look), "opacity": 0.16},
        "encoding": {"y": {"field": "low"}, "y2": {"field": "high"}},
    }
    return [fan, line]


def infusion_layer(regimen: Regimen, times: Floats, look: ChartColours) -> Spec:
    """When drug runs in, as marks along the part of the time axis that is drawn."""
    start, end = float(times[0]), float(times[-1])
    least = (end - start) / 400
    values = [
        {"time": max(d.start, start), "until": min(max(d.stop, d.start + least), end)}
        for d in regimen.doses
        if d.start <= end and d.start + max(d.stop - d.start, least) > start
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "height": 5, "yOffset": 3, "color": look.soft},
        "encoding": {"x2": {"field": "until"}, "y": {"datum": 0}},
    }


def time_axis(times: Floats, *, most_ticks: int = 9) -> Spec:
    """Seconds until two minutes, minutes until about four hours, then hours, then days, on one scale of minutes."""
    start, end = float(times[0]), float(times[-1])
    unit, name = time_unit(end)
    step = max(unit, next((s for s in _TICKS if (end - start) / s <= most_ticks), end))
    first = np.ceil(start / step - 1e-9) * step + 0.0  # never a minus before zero
    return {
        "field": "time",
        "type": "quantitative",
        "title": f"{name} from the start",
        "scale": {"domain": [start, end], "nice": False},
        "axis": {
            "grid": False,
            "values": [float(v) for v in np.arange(first, end + step * 1e-6, step)],
            "labelExpr": f"format(datum.value / {unit:.12g}, '~r')",
        },
    }


def time_unit(end: float) -> tuple[float, str]:
    """The unit in which a time axis up to `end` minutes is read: its minutes and its name."""
    if end <= 2:
        return 1 / 60, "s"
    if end <= 300:
        return 1, "min"
    return (60, "h") if end / 60 <= 96 else (1440, "days")


def _level_axis(top: float) -> Spec:
    return {
        "type": "quantitative",
        "title": "ng/mL in plasma",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {"tickCount": 5, "domain": False, "ticks": False},
    }


def _rows(curve: LevelCurve) -> list[dict[str, Any]]:
    """About 300 points: of each stretch of times the lowest and the highest, so that no dose of a course loses its peak."""
    count = len(curve.times_min)
    chosen = np.arange(count)
    if count > _POINTS:
        stretches = np.array_split(chosen, _POINTS // 2)
        chosen = np.array([s[pick(curve.ng_per_ml[s])] for s in stretches for pick in (np.argmin, np.argmax)])
        chosen = np.union1d(chosen, [0, count - 1])
    rows = []
    for i in chosen:
        row = {"time": short(curve.times_min[i]), "level": short(curve.ng_per_ml[i])}
        if curve.percentiles is not None:
            row |= {"low": short(curve.percentiles[0, i]), "high": short(curve.percentiles[-1, i])}
        rows.append(row)
    return rows


def _drawn(found: Sequence[LevelCurve]) -> Sequence[LevelCurve]:
    """Several models are compared by the drug alone; one model shows its metabolites too."""
    several = len({c.model.id for c in found}) > 1
    return [c for c in found if c.analyte == "ketamine"] if several else found


def _labels(found: Sequence[LevelCurve], regimen: Regimen, room: float, look: ChartColours) -> list[Spec]:
    """Names beside the lines, moved apart where they would overlap: models at the height of their peaks, substances at
    the end. A course has many peaks: its names stand in the margin.
    """
    at_peak = len({c.model.id for c in found}) > 1
    in_margin = len(regimen.doses) > 1
    places = [int(c.ng_per_ml.argmax()) if at_peak else -1 for c in found]
    aside = 0.1 * float(found[0].times_min[-1]) if at_peak and not in_margin else 0.0
    values, below = [], -room
    for i in sorted(range(len(found)), key=lambda i: float(found[i].ng_per_ml[places[i]])):
        curve, place = found[i], places[i]
        level = float(curve.ng_per_ml[place])
        peak_at = float(curve.times_min[-1 if in_margin else place])
        below = max(level, below + room)
        values.append(
            {
                "time": peak_at + aside,
                "level": short(below),
                "name": _model_name(curve, found) if at_peak else curve.analyte,
                "colour": _colour(curve, i, look),
                "from": peak_at,
                "at": short(level),
            }
        )
    names: Spec = {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "dx": 6, "clip": False},
        "encoding": {
            "y": {"field": "level"},
            "text": {"field": "name", "type": "nominal"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }
    # A broad outline in the colour of the ground keeps the words clear of lines that pass below them.
    mark = {**names["mark"], "stroke": look.ground, "strokeWidth": 5, "strokeJoin": "round"}
    clear: Spec = {**names, "mark": mark}
    leaders: Spec = {
        "data": {"values": values},
        "mark": {"type": "rule", "color": look.hairline},
        "encoding": {
            "x": {"field": "from"},
            "x2": {"field": "time"},
            "y": {"field": "at"},
            "y2": {"field": "level"},
        },
    }
    return [leaders, clear, names] if aside else [names]


def _model_name(curve: LevelCurve, found: Sequence[LevelCurve]) -> str:
    """The model, with the blood that its curve is of where the curves differ in that."""
    if len({c.site for c in found}) == 1:
        return curve.name
    return f"{curve.name}, site unknown" if curve.site == "unknown" else f"{curve.name}, {curve.site}"


def _colour(curve: LevelCurve, order: int, look: ChartColours) -> str:
    """The model's line is in the accent; others and other substances are ink."""
    if order == 0:
        return look.accent
    return look.ink if curve.analyte == "ketamine" else look.soft


def _highest(curve: LevelCurve) -> Floats:
    return curve.ng_per_ml if curve.percentiles is None else curve.percentiles[-1]


def _title(found: Sequence[LevelCurve], regimen: Regimen) -> str:
    sites = {c.site for c in found}
    site = sites.pop() if len(sites) == 1 else "unknown"
    blood = "" if site == "unknown" else f", {site} blood"
    what = found[0].analyte if len({c.analyte for c in found}) == 1 else "level"
    names = {c.name for c in found}
    whose = f" ({names.pop()})" if len(names) == 1 else ""
    return f"Predicted {what} after {regimen.text}{blood}{whose}"


def _subtitle(found: Sequence[LevelCurve]) -> list[str]:
    lines = [f"{DISCLAIMER[0].upper()}{DISCLAIMER[1:]}."]
    if any(c.percentiles is not None for c in found):
        lines.append("Fan: 5 to 95 % of people.")
    for message in warnings(found):
        lines += textwrap.wrap(message.replace(" %", "\u00a0%"), 96)
    return lines


def short(value: float) -> float:
    """Four figures: enough for a picture, and the same whatever the last bits of a level."""
    return float(f"{float(value):.4g}")
