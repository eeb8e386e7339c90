"""The chart of one patient's course: scores, infusions, the fan to come, the line of lost response, the window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any

import numpy as np

from tenuto.clinic.ui.charts.look import PRINT, ChartColours, config
from tenuto.clinic.ui.charts.render import SCHEMA, Spec
from tenuto.core.dates import say_date, say_day
from tenuto.core.durability.record import History, dose_of
from tenuto.core.forecast.abstain import about_suicide
from tenuto.core.forecast.answer import Fan, Forecast
from tenuto.core.forecast.words import one_in

__all__ = ["forecast_chart"]

_WIDTH = 640
_SHOWN = 27
"""Scheduled scores drawn ahead, or up to the window's end and the last date asked about: half a year says more than a year of fog."""


def forecast_chart(history: History, found: Forecast, *, look: ChartColours = PRINT) -> Spec:
    """A Vega-Lite specification with all of its data inside."""
    scale, shown = history.measure, not found.abstained
    layers: list[Spec] = []
    if shown:
        layers += [*_fan(found, look), *_window(history, found, look)]
    layers += [_infusions(history, look), *_candidates(history, found, look)]
    if found.standing.responded and not about_suicide(scale):
        layers += _loss_line(found, look)
    layers.append(_scores(history, look))
    words = f"{history.condition.replace('_', ' ')}, {say_date(found.as_of)}"
    title = f"{scale.name}: {words}" if shown else f"{scale.name}: {words} (no forecast)"
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": wrap(_subtitle(found), _SUBTITLE_LETTERS)},
        "description": f"{title}. {_subtitle(found)}",
        "width": _WIDTH,
        "height": 300,
        "layer": [_with_axes(layer, scale.lowest, scale.highest, scale.name) for layer in layers],
        "config": {**config(look), "axisX": {"grid": False}, "axisY": {"grid": False}},
    }


def _subtitle(found: Forecast) -> str:
    if found.abstained:
        return found.reason or ""
    if found.window is None:
        return ""
    days = f"Longest acceptable: {found.window.longest_acceptable} days after the last infusion"
    return f"{days} ({one_in(found.window.risk)} have lost response by then)"


_SUBTITLE_LETTERS = 95
"""Letters that fit above the chart in one line."""


def _with_axes(layer: Spec, lowest: float, highest: float, name: str) -> Spec:
    encoding = layer["encoding"]
    if "x" in encoding:
        encoding["x"] |= {
            "type": "temporal",
            "title": None,
            "axis": {"format": "%-d %b %Y", "labelAngle": 0, "tickCount": 7, "labelSeparation": 12},
        }
    if "y" in encoding and "field" in encoding["y"]:
        encoding["y"] |= {"type": "quantitative", "title": name, "scale": {"domain": [lowest, highest]}}
    return layer


def _shown(found: Forecast) -> int:
    """How many places of the fan are drawn."""
    window_end = found.window.end if found.window else None
    last = max([window_end or found.as_of, *(c.on for c in found.candidates)])
    return max(_SHOWN, sum(on <= last for on in found.fan.on) + 1)


_PALE = 0.35
"""Of the opacity: what lies beyond the window was not seen in this patient."""


def _fan(found: Forecast, look: ChartColours) -> list[Spec]:
    """The bands and their middle, pale from the window's end on."""
    rows = _fan_rows(found.fan, _shown(found))
    end = found.window.end if found.window else found.fan.on[-1]
    near, far = _parted(rows, _noon(max(end, found.fan.on[0])))
    layers = []
    for part, strength in ((near, 1.0), (far, _PALE)):
        if len(part) > 1:
            layers += [
                _band(part, "seen_low", "seen_high", 0.12 * strength, look),
                _band(part, "low", "high", 0.22 * strength, look),
                _band(part, "inner_low", "inner_high", 0.3 * strength, look),
                _line(part, look, strength),
            ]
    return [*layers, _not_seen(far, look)] if len(far) > 1 else layers


def _parted(rows: list[dict[str, Any]], end: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows up to `end` and from there on, both with a row on that day."""
    days = [date.fromisoformat(row["date"][:10]).toordinal() for row in rows]
    at = date.fromisoformat(end[:10]).toordinal()
    seam = {
        name: round(float(np.interp(at, days, [row[name] for row in rows])), 2)
        for name in rows[0]
        if name != "date"
    } | {"date": end}
    near = [row for row, day in zip(rows, days, strict=True) if day < at]
    return [*near, seam], [seam, *(row for row, day in zip(rows, days, strict=True) if day > at)]


def _not_seen(rows: list[dict[str, Any]], look: ChartColours) -> Spec:
    """Words beside the pale part, along its upper edge."""
    last = rows[-1]
    return {
        "data": {"values": [{"date": last["date"], "words": "not seen in this patient"}]},
        "mark": {"type": "text", "align": "right", "dx": -4, "color": look.soft, "fontStyle": "italic"},
        "encoding": {"x": {"field": "date"}, "y": {"value": 270}, "text": {"field": "words"}},
    }


def _fan_rows(fan: Fan, shown: int) -> list[dict[str, Any]]:
    names = ("low", "inner_low", "middle", "inner_high", "high")
    rows = []
    for k, on in enumerate(fan.on[:shown]):
        row: dict[str, Any] = {"date": _noon(on)}
        row |= {name: round(float(fan.expected[q, k]), 2) for q, name in enumerate(names)}
        row |= {"seen_low": float(fan.observed[0, k]), "seen_high": float(fan.observed[4, k])}
        rows.append(row)
    return rows


def _noon(on: date) -> str:
    """A date that no time zone moves to another day."""
    return f"{on.isoformat()}T12:00:00"


def _band(rows: list[dict[str, Any]], low: str, high: str, opacity: float, look: ChartColours) -> Spec:
    return {
        "data": {"values": rows},
        "mark": {"type": "area", "color": look.accent, "opacity": opacity, "clip": True},
        "encoding": {"x": {"field": "date"}, "y": {"field": low}, "y2": {"field": high}},
    }


def _line(rows: list[dict[str, Any]], look: ChartColours, strength: float) -> Spec:
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "color": look.accent, "strokeWidth": 2, "opacity": strength},
        "encoding": {"x": {"field": "date"}, "y": {"field": "middle"}},
    }


_MANY = 60
"""Scores from which on they are drawn smaller, so that they stay apart."""


def _scores(history: History, look: ChartColours) -> Spec:
    values = [{"date": _noon(s.on), "score": s.value} for s in history.scores]
    return {
        "data": {"values": values},
        "mark": {
            "type": "line",
            "color": look.ink,
            "strokeWidth": 1,
            "point": {"color": look.ink, "filled": True, "size": 50 if len(values) <= _MANY else 15},
        },
        "encoding": {"x": {"field": "date"}, "y": {"field": "score"}},
    }


_DROP = "M0,-1C0.35,-0.45,0.6,-0.1,0.6,0.3A0.6,0.6,0,1,1,-0.6,0.3C-0.6,-0.1,-0.35,-0.45,0,-1Z"
_USUAL_DOSE, _USUAL_AREA = 0.5, 90.0
"""mg/kg, and the area of its drop in square pixels."""


def _infusions(history: History, look: ChartColours) -> Spec:
    """A drop on the axis for each infusion, its area by the dose."""
    return _drops([(i.on, dose_of(i)) for i in history.infusions], {"filled": True, "color": look.soft})


def _candidates(history: History, found: Forecast, look: ChartColours) -> list[Spec]:
    """An empty drop for each date that was asked about; the dose is that of the last infusion."""
    if not found.candidates:
        return []
    dose = dose_of(history.infusions[-1])
    return [
        _drops(
            [(c.on, dose) for c in found.candidates], {"filled": False, "color": look.ink, "strokeWidth": 1.5}
        )
    ]


def _drops(given: Sequence[tuple[date, float]], mark: Spec) -> Spec:
    values = [
        {"date": _noon(on), "area": _USUAL_AREA * dose / _USUAL_DOSE, "words": f"{dose:g} mg/kg"}
        for on, dose in given
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "point", "shape": _DROP, "opacity": 1, **mark},
        "encoding": {
            "x": {"field": "date"},
            "y": {"value": 291},
            "size": {"field": "area", "type": "quantitative", "scale": None, "legend": None},
            "tooltip": {"field": "words", "type": "nominal"},
        },
    }


def _loss_line(found: Forecast, look: ChartColours) -> list[Spec]:
    """The line of lost response with its name beside it, where no score and no fan can come."""
    data = {"values": [{"line": found.standing.line, "words": "line of\nlost response"}]}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": look.block, "strokeDash": [6, 4]},
            "encoding": {"y": {"field": "line"}},
        },
        {
            "data": data,
            "mark": {
                "type": "text",
                "align": "left",
                "dx": 6,
                "dy": -7,
                "lineBreak": "\n",
                "color": look.block,
            },
            "encoding": {"x": {"value": _WIDTH}, "y": {"field": "line"}, "text": {"field": "words"}},
        },
    ]


def _window(history: History, found: Forecast, look: ChartColours) -> list[Spec]:
    """The booster window as a bracket with its dates on it."""
    window = found.window
    if window is None:
        return []
    ends = {"from": _noon(window.start), "to": _noon(window.end)}
    words = f"booster window {say_day(window.start)} to {say_day(window.end)}"
    if window.start == window.end:
        words = f"booster {say_day(window.end)}"
    data = {"values": [{**ends, "words": words}]}
    # The label runs to the side that has room.
    first, last = history.scores[0].on, max(found.fan.on[: _shown(found)][-1], window.end)
    late = window.start - first > 0.55 * (last - first)
    return [
        {
            "data": data,
            "mark": {"type": "rect", "color": look.ink, "opacity": 0.06},
            "encoding": {"x": {"field": "from"}, "x2": {"field": "to"}},
        },
        {
            "data": data,
            "mark": {"type": "rule", "color": look.ink, "strokeWidth": 1.5},
            "encoding": {"x": {"field": "from"}, "x2": {"field": "to"}, "y": {"value": 22}},
        },
        {
            "data": {"values": [{"end": ends["from"]}, {"end": ends["to"]}]},
            "mark": {"type": "rule", "color": look.ink, "strokeWidth": 1.5},
            "encoding": {"x": {"field": "end"}, "y": {"value": 22}, "y2": {"value": 29}},
        },
        {
            "data": data,
            "mark": {"type": "text", "align": "right" if late else "left", "color": look.ink},
            "encoding": {
                "x": {"field": "to" if late else "from"},
                "y": {"value": 12},
                "text": {"field": "words"},
            },
        },
    ]
