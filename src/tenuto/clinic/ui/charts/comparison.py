"""Levels of a few situations on one chart, each named beside its line: for explanations, not for one patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tenuto.clinic.ui.charts.level import short, time_axis
from tenuto.clinic.ui.charts.look import PRINT, ChartColours, config
from tenuto.clinic.ui.charts.render import SCHEMA, Spec
from tenuto.core.pk.regimen import Floats

__all__ = ["LevelLine", "comparison_chart"]

_ROOM = 0.055
"""Least distance of two names, as a share of the height."""


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One situation: its name and its level in ng/mL at the times of the chart."""

    name: str
    ng_per_ml: Floats


def comparison_chart(
    title: str, subtitle: str, times_min: Floats, lines: Sequence[LevelLine], *, look: ChartColours = PRINT
) -> Spec:
    """The first line in the accent, the others in ink; each name stands where its line ends."""
    top = short(1.05 * max(float(line.ng_per_ml.max()) for line in lines))
    layers = [
        _curve(times_min, line, look.accent if i == 0 else look.ink, i == 0) for i, line in enumerate(lines)
    ]
    said = ", ".join(f"{line.name}: highest {line.ng_per_ml.max():.0f} ng/mL" for line in lines)
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": subtitle},
        "description": f"{title}. {said}.",
        "width": 560,
        "height": 260,
        "padding": 12,
        "encoding": {
            "x": time_axis(times_min),
            "y": {
                "type": "quantitative",
                "title": "ketamine, ng/mL",
                "scale": {"domain": [0, top], "nice": False},
                "axis": {"tickCount": 5, "domain": False, "ticks": False},
            },
        },
        "layer": [*layers, _names(times_min, lines, top, look)],
        "config": config(look),
    }


def _curve(times: Floats, line: LevelLine, colour: str, leading: bool) -> Spec:
    rows = [{"time": float(t), "level": short(v)} for t, v in zip(times, line.ng_per_ml, strict=True)]
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "color": colour, "strokeWidth": 2.5 if leading else 1.5},
        "encoding": {"y": {"field": "level"}},
    }


def _names(times: Floats, lines: Sequence[LevelLine], top: float, look: ChartColours) -> Spec:
    values, below = [], -top
    for i in sorted(range(len(lines)), key=lambda i: float(lines[i].ng_per_ml[-1])):
        below = max(float(lines[i].ng_per_ml[-1]), below + _ROOM * top)
        colour = look.accent if i == 0 else look.ink
        values.append(
            {"time": float(times[-1]), "level": short(below), "name": lines[i].name, "colour": colour}
        )
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "dx": 6, "baseline": "middle", "clip": False},
        "encoding": {
            "y": {"field": "level"},
            "text": {"field": "name", "type": "nominal"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }
