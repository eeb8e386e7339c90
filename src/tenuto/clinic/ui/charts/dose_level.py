"""The predicted level on a dose card: what the published models say of this body and dose, drawn as their range.

Models disagree, most of all while the pump runs; the chart shows how much. A model whose hard limits the patient is
outside is left out, and when none is left there is no chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tenuto.clinic.ui.charts.level import infusion_layer, short, time_axis, time_unit
from tenuto.clinic.ui.charts.look import PAGE, ChartColours, config
from tenuto.clinic.ui.charts.range_svg import Label, Plot, range_svg
from tenuto.clinic.ui.charts.render import SCHEMA, Spec
from tenuto.core.pk import OutsideModel, Regimen, Subjects, load, names
from tenuto.core.pk.curves import DISCLAIMER, LevelCurve, curves
from tenuto.core.pk.parent import parent_only
from tenuto.core.pk.regimen import Floats
from tenuto.core.units import Kg, Mg, Minutes

__all__ = [
    "LevelFigure",
    "Range",
    "dose_level",
    "level_figure",
    "model_range",
    "range_chart",
    "range_drawing",
]

_AFTER_MIN = 200
_ABOVE = 0.32
"""Share of the height that words above the curves take."""
_LETTER = 5.8
"""Width of a letter, px, at most, on average over a label."""
_TABLE_TIMES = 6


@dataclass(frozen=True, slots=True)
class Range:
    """The models that cover the patient: the default model's curve, and lowest and highest of all, ng/mL."""

    regimen: Regimen
    found: tuple[LevelCurve, ...]
    left_out: tuple[str, ...]
    """Models that say nothing about this patient."""

    @property
    def times(self) -> Floats:
        """Minutes from the start."""
        return self.found[0].times_min

    @property
    def lowest(self) -> Floats:
        """The lowest of the models at each time."""
        return np.asarray(np.min([c.ng_per_ml for c in self.found], axis=0), dtype=np.float64)

    @property
    def highest(self) -> Floats:
        """The highest of the models at each time."""
        return np.asarray(np.max([c.ng_per_ml for c in self.found], axis=0), dtype=np.float64)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the leading model says outside its soft limits, and which other models are outside theirs."""
        own = [c.message for c in self.found[0].cautions if c.of != "form"]
        others = [c.model.short for c in self.found[1:] if c.is_doubtful]
        also = [f"Outside what they rest on, too: {', '.join(others)}."] if others else []
        return (*own, *also)


@dataclass(frozen=True, slots=True)
class LevelFigure:
    """Everything a template prints: two drawings of the same data, words, a table, cautions."""

    wide: str
    narrow: str
    title: str
    disclaimer: str
    text: str
    table_title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cautions: tuple[str, ...]
    columns_of_words: int = 2
    """How many columns of the table hold words; the others hold numbers."""


def model_range(*, dose: Mg, over: Minutes, body_weight: Kg, age_years: float | None) -> Range | None:
    """The models' curves for one infusion of `dose` into this body; None when no model covers it."""
    regimen = Regimen.single(dose, over)
    body = Subjects(float(body_weight.value), age_years=age_years)
    times = np.arange(0.0, regimen.end + _AFTER_MIN + 0.5, 1.0)
    found: list[LevelCurve] = []
    left_out = []
    for name in names():
        try:
            found += curves([parent_only(name)], regimen, body, times, analytes=["ketamine"])
        except OutsideModel:
            left_out.append(load(name).short)
    return Range(regimen, tuple(found), tuple(left_out)) if found else None


@lru_cache(maxsize=512)
def dose_level(*, dose: Mg, over: Minutes, body_weight: Kg, age_years: float | None) -> LevelFigure | None:
    """The figure for a dose card, or None outside the hard limits of every model.

    A pure function of dose, time and body: whoever has the same four sees the same figure.
    """
    shown = model_range(dose=dose, over=over, body_weight=body_weight, age_years=age_years)
    return None if shown is None else level_figure(shown)


def level_figure(shown: Range) -> LevelFigure:
    """Draw the range and put it into words and a table."""
    leading, names_of = shown.found[0], [c.model.short for c in shown.found]
    at = _table_times(shown)
    rows = [(c.name, _blood(c), *(f"{c.ng_per_ml[i]:.0f}" for i in at)) for c in shown.found]
    top, top_at = float(leading.ng_per_ml.max()), float(shown.times[leading.ng_per_ml.argmax()])
    peaks = [float(c.ng_per_ml.max()) for c in shown.found]
    text = (
        f"{_title(shown)}. {DISCLAIMER[0].upper()}{DISCLAIMER[1:]}. {leading.model.short} predicts at most {top:.0f} ng/mL, at "
        f"{top_at:.0f} min; the {len(shown.found)} models range from {min(peaks):.0f} to {max(peaks):.0f} "
        f"ng/mL at their highest, and from {shown.lowest[-1]:.0f} to {shown.highest[-1]:.0f} ng/mL at {shown.times[-1]:.0f} min. "
        f"Models: {', '.join(names_of)}."
    )
    left_out = tuple(f"{name} says nothing about this patient and is left out." for name in shown.left_out)
    return LevelFigure(
        wide=range_drawing(shown, width=560, height=200),
        narrow=range_drawing(shown, width=250, height=200),
        title=_title(shown),
        disclaimer=DISCLAIMER,
        text=text,
        table_title="Levels of each model, ng/mL",
        headings=("Model", "Blood", *(f"{shown.times[i]:.0f} min" for i in at)),
        rows=tuple(rows),
        cautions=shown.cautions + left_out,
    )


def range_chart(shown: Range, *, look: ChartColours = PAGE, width: int = 560, height: int = 200) -> Spec:
    """The range as a band and the default model's line in the accent, each with its name beside it.

    A page draws the same with `range_drawing`, which is a hundred times faster.
    """
    leading = shown.found[0]
    top = _top(shown, width)
    rows = [
        {"time": float(t), "level": short(v), "low": short(low), "high": short(high)}
        for t, v, low, high in zip(
            *(part[_points(shown)] for part in (shown.times, leading.ng_per_ml, shown.lowest, shown.highest)),
            strict=True,
        )
    ]
    band: Spec = {
        "mark": {"type": "area", "color": look.accent, "opacity": 0.16},
        "encoding": {"y": {"field": "low"}, "y2": {"field": "high"}},
    }
    dash = {"strokeDash": [6, 4]} if leading.is_doubtful else {}
    line: Spec = {
        "mark": {"type": "line", "color": look.accent, "strokeWidth": 2.5, **dash},
        "encoding": {"y": {"field": "level"}},
    }
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": height,
        "padding": 4,
        "data": {"values": rows},
        "encoding": {"x": time_axis(shown.times, most_ticks=_ticks(width)), "y": _axis(top)},
        "layer": [band, line, infusion_layer(shown.regimen, shown.times, look), *_names(shown, look, width)],
        "config": {**config(look), "aria": False},
    }


def range_drawing(shown: Range, *, width: int, height: int) -> str:
    """`range_chart` in the tokens of the page, drawn directly."""
    leading, (unit, name) = shown.found[0], time_unit(float(shown.times[-1]))
    ticks = time_axis(shown.times, most_ticks=_ticks(width))["axis"]["values"]
    points = _points(shown)
    plot = Plot(
        times=shown.times[points],
        low=shown.lowest[points],
        level=leading.ng_per_ml[points],
        high=shown.highest[points],
        top=_top(shown, width),
        runs=tuple((d.start, d.stop) for d in shown.regimen.doses),
        ticks=tuple((tick, f"{tick / unit:g}") for tick in ticks),
        time_title=f"{name} from the start",
        labels=_labels(shown, PAGE, width),
        broken=leading.is_doubtful,
    )
    return range_svg(plot, width=width, height=height)


def _points(shown: Range) -> NDArray[np.intp]:
    """Every second minute, the end of the infusion, where the peak is, and the last."""
    stop = int(np.abs(shown.times - shown.regimen.end).argmin())
    return np.union1d(np.arange(0, len(shown.times), 2), [stop, len(shown.times) - 1])


def _top(shown: Range, width: int) -> float:
    """Highest level of the axis. Where the words find no room beside the fall, they stand above the curves."""
    highest = float(shown.highest.max())
    return 1.08 * highest if _beside(shown, width) else highest / (1 - _ABOVE)


def _ticks(width: int) -> int:
    return 9 if width > 400 else 4


def _beside(shown: Range, width: int) -> bool:
    """Do the words fit into the free space beside the steep fall after the infusion?"""
    room = width * (1 - _fall(shown, width) / float(shown.times[-1]))
    return room > _LETTER * len(DISCLAIMER.split("; ")[1])


def _fall(shown: Range, width: int) -> float:
    """The minute from which the words stand beside the fall."""
    return shown.regimen.end + float(shown.times[-1]) * (0.12 if width > 400 else 0.2)


def _labels(shown: Range, look: ChartColours, width: int) -> tuple[Label, ...]:
    """Direct labels: beside the steep fall after the infusion, else above the curves at the right."""
    first, second = DISCLAIMER.split("; ")
    words = (f"range of {len(shown.found)} models", look.soft), (f"{first};", look.ink), (second, look.ink)
    leading = (shown.found[0].model.short, look.accent)
    top = float(shown.highest.max())
    if _beside(shown, width):
        aside = _fall(shown, width)
        beside = float(shown.highest[int(np.abs(shown.times - aside).argmin())])
        heights: tuple[float, ...] = (top, 0.84 * top, 0.74 * top, min(beside + 0.1 * top, 0.6 * top))
    else:
        longest = _LETTER * max(len(text) for text, _ in (*words, leading))
        aside = float(shown.times[-1]) * (1 - longest / width)
        heights = tuple(top / (1 - _ABOVE) * (0.97 - 0.08 * line) for line in range(4))
    return tuple(
        Label(aside, height, text, colour)
        for height, (text, colour) in zip(heights, (*words, leading), strict=True)
    )


def _names(shown: Range, look: ChartColours, width: int) -> list[Spec]:
    return [
        {
            "data": {"values": [{"time": label.time, "level": label.level, "name": label.text}]},
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "color": label.colour,
                "clip": False,
            },
            "encoding": {"y": {"field": "level"}, "text": {"field": "name", "type": "nominal"}},
        }
        for label in _labels(shown, look, width)
    ]


def _axis(top: float) -> Spec:
    return {
        "type": "quantitative",
        "title": "ketamine, ng/mL",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {"tickCount": 4, "domain": False, "ticks": False, "grid": False},
    }


def _title(shown: Range) -> str:
    return f"Predicted ketamine level, {shown.regimen.text}"


def _blood(curve: LevelCurve) -> str:
    return "not known" if curve.site == "unknown" else curve.site


def _table_times(shown: Range) -> Sequence[int]:
    """Halves of the infusion, its end, and three times after it."""
    end = shown.regimen.end
    wanted = [end / 4, end / 2, end, end + 20, end + 80, end + 200]
    return [int(np.abs(shown.times - t).argmin()) for t in wanted[:_TABLE_TIMES]]
