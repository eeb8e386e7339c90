"""The range of predicted levels drawn straight into an SVG, for a page that is made anew at every look.

Half a millisecond where the general renderer needs sixty. `dose_level.range_chart` is the same chart in the grammar of
all charts; a test holds the two together point by point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from math import floor, log10

import numpy as np

from tenuto.clinic.ui.charts.look import PAGE
from tenuto.core.pk.regimen import Floats

__all__ = ["Label", "Plot", "nice_step", "range_svg"]

LEFT, TOP, RIGHT, BELOW = 44, 6, 8, 38
MOST_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a time and a level."""

    time: float
    level: float
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn. `low`, `level` and `high` are ng/mL at `times`; `runs` the minutes in which drug runs in."""

    times: Floats
    low: Floats
    level: Floats
    high: Floats
    top: float
    runs: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    """Minutes and what is written there."""
    time_title: str
    labels: tuple[Label, ...]
    broken: bool
    """True where the line is outside what its model rests on."""


def range_svg(plot: Plot, *, width: int, height: int) -> str:
    """The drawing, with the plot `width` by `height` px and room for the axes beside it."""
    scale = _Scale(float(plot.times[-1]), plot.top, width, height)
    whole = (width + LEFT + RIGHT, height + TOP + BELOW)
    band = f"{_path(plot.times, plot.low, scale)}L{_path(plot.times[::-1], plot.high[::-1], scale)[1:]}Z"
    dash = ' stroke-dasharray="6 4"' if plot.broken else ""
    parts = [
        f'<svg class="marks" width="{whole[0]}" height="{whole[1]}" viewBox="0 0 {whole[0]} {whole[1]}" font-size="12">',
        f'<g transform="translate({LEFT} {TOP})">',
        *_time_axis(plot, scale),
        *_level_axis(scale),
        f'<path class="band" d="{band}" fill="{PAGE.accent}" fill-opacity=".16"/>',
        f'<path class="line" d="{_path(plot.times, plot.level, scale)}" fill="none" stroke="{PAGE.accent}" '
        f'stroke-width="2.5"{dash}/>',
        *(_run(start, stop, scale) for start, stop in plot.runs),
        *(_text(scale.x(w.time), scale.y(w.level) + 4, w.text, w.colour) for w in plot.labels),
        "</g></svg>",
    ]
    return "".join(parts)


def nice_step(top: float) -> int:
    """1, 2 or 5 times a power of ten, so that at most five levels are named from zero to `top`."""
    power = 10.0 ** floor(log10(max(top, 1.0)))
    steps = (factor * power / 10 for factor in (1, 2, 5, 10, 20, 50))
    return max(1, round(next(step for step in steps if top / step < MOST_LEVELS)))


@dataclass(frozen=True, slots=True)
class _Scale:
    end: float
    top: float
    width: int
    height: int

    def x(self, time: float) -> float:
        return time / self.end * self.width

    def y(self, level: float) -> float:
        return self.height - level / self.top * self.height


def _path(times: Floats, levels: Floats, scale: _Scale) -> str:
    xs = np.round(times / scale.end * scale.width, 1).tolist()
    ys = np.round(scale.height - levels / scale.top * scale.height, 1).tolist()
    return "M" + "L".join(f"{x},{y}" for x, y in zip(xs, ys, strict=True))


def _time_axis(plot: Plot, scale: _Scale) -> Iterable[str]:
    yield _line(0, scale.height, scale.width, scale.height)
    for tick, words in plot.ticks:
        x = scale.x(tick)
        anchor = "start" if tick == 0 else "end" if x > scale.width - 1 else "middle"
        yield _line(x, scale.height, x, scale.height + 5)
        yield _text(x, scale.height + 17, words, PAGE.soft, anchor)
    yield _text(scale.width / 2, scale.height + 33, plot.time_title, PAGE.soft, "middle")


def _level_axis(scale: _Scale) -> Iterable[str]:
    for level in range(0, int(scale.top) + 1, nice_step(scale.top)):
        yield _text(-6, scale.y(level) + 4, str(level), PAGE.soft, "end")
    middle = scale.height / 2
    yield (
        f'<text transform="translate(-34 {middle:g}) rotate(-90)" text-anchor="middle" fill="{PAGE.soft}">'
        "ketamine, ng/mL</text>"
    )


def _run(start: float, stop: float, scale: _Scale) -> str:
    """Drug running in, as a mark on the time axis."""
    wide = max(scale.x(stop) - scale.x(start), 1.5)
    return f'<rect x="{scale.x(start):.1f}" y="{scale.height}" width="{wide:.1f}" height="5" fill="{PAGE.soft}"/>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}" stroke="{PAGE.hairline}"/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
