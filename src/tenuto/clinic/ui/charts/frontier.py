"""The chart of a simulated clinic: what each maintenance policy holds, against how many infusions it takes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tenuto.clinic.ui.charts.look import PRINT, config
from tenuto.clinic.ui.charts.render import SCHEMA, Spec
from tenuto.core.durability.clinic_simulation import PolicyResult

__all__ = ["frontier_chart"]

WIDTH, HEIGHT = 640, 330
_LINES = {"fixed": PRINT.soft, "model_window": PRINT.accent}
"""Policies of one kind at several settings are joined, in a colour of their own."""


def frontier_chart(name: str, results: Sequence[PolicyResult]) -> Spec:
    """Maintenance policies: infusions a year against two shares of time; up and to the left is better."""
    shown = [r for r in results if not math.isnan(r.infusions_a_year)]
    return {
        "$schema": SCHEMA,
        "title": {
            "text": "Maintenance policies",
            "subtitle": [name, "Up and to the left is better: more of the time from fewer infusions"],
        },
        "config": config(PRINT),
        "vconcat": [
            _panel(shown, [r.time_in_response for r in shown], "percent of days in response"),
            _panel(shown, [r.gain_kept for r in shown], "percent of days with the gain kept"),
        ],
    }


def _panel(results: Sequence[PolicyResult], shares: Sequence[float], title: str) -> Spec:
    most = 1.1 * max((r.infusions_a_year for r in results), default=1.0)
    high = min(100, 10 * math.ceil(max(shares, default=1) / 10))
    low = min(10 * math.floor(min(shares, default=0) / 10), high - 10)
    points = [
        (WIDTH * r.infusions_a_year / most, HEIGHT * (high - share) / (high - low))
        for r, share in zip(results, shares, strict=True)
    ]
    labels = _labels([r.policy for r in results], points, _on_lines(results, points))
    values = [
        {
            "policy": r.policy,
            "kind": r.kind,
            "infusions": round(r.infusions_a_year, 2),
            "share": round(share, 2),
            "left": round(label.x, 1),
            "top": round(label.y, 1),
        }
        for r, share, label in zip(results, shares, labels, strict=True)
    ]
    x = {
        "field": "infusions",
        "type": "quantitative",
        "title": "maintenance infusions for a responder a year",
        "scale": {"domain": [0, most], "nice": False},
    }
    y = {"field": "share", "type": "quantitative", "title": title, "scale": {"domain": [low, high]}}
    color = {
        "condition": [
            {"test": f"datum.kind == '{kind}'", "value": colour} for kind, colour in _LINES.items()
        ],
        "value": PRINT.ink,
    }
    pixels = {"scale": None, "type": "quantitative", "axis": None}
    return {
        "data": {"values": values},
        "width": WIDTH,
        "height": HEIGHT,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
        "layer": [
            {
                "layer": [
                    *(
                        {
                            "transform": [{"filter": f"datum.kind == '{kind}'"}],
                            "mark": {"type": "line", "strokeWidth": 1.5, "color": colour},
                            "encoding": {"x": x, "y": y},
                        }
                        for kind, colour in _LINES.items()
                    ),
                    {
                        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                        "encoding": {"x": x, "y": y, "color": color},
                    },
                ],
            },
            {
                "data": {"values": _leaders(points, labels)},
                "mark": {"type": "rule", "strokeWidth": 0.75, "color": PRINT.soft},
                "encoding": {
                    "x": {"field": "x", **pixels},
                    "y": {"field": "y", **pixels},
                    "x2": {"field": "to_x"},
                    "y2": {"field": "to_y"},
                },
            },
            {
                "mark": {"type": "text", "align": "left", "baseline": "middle"},
                "encoding": {
                    "x": {"field": "left", **pixels},
                    "y": {"field": "top", **pixels},
                    "text": {"field": "policy"},
                    "color": color,
                },
            },
        ],
    }


@dataclass(frozen=True, slots=True)
class _Label:
    """Where a label begins, and what it covers, in pixels."""

    x: float
    y: float
    width: float

    def covers(self, other: _Label) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and abs(self.y - other.y) < _LINE_HEIGHT
        )

    def holds(self, point: tuple[float, float]) -> bool:
        """True when a line through the point would strike through the words."""
        return -2 < point[0] - self.x < self.width + 2 and abs(point[1] - self.y) < _LINE_HEIGHT / 2


_LINE_HEIGHT, _LETTER, _GAP = 14.0, 5.8, 9.0
_NEAR = 20.0
"""Pixels within which a label needs no line to its point."""
_STEPS = 60
"""Points looked at on each stretch of a line."""


def _leaders(points: Sequence[tuple[float, float]], labels: Sequence[_Label]) -> list[dict[str, float]]:
    """A thin line from each point to its label, where that had to stand far away."""
    leaders = []
    for (x, y), label in zip(points, labels, strict=True):
        to_x = min(max(x, label.x), label.x + label.width)
        to_y = label.y + (_LINE_HEIGHT / 2 if label.y < y else -_LINE_HEIGHT / 2)
        if math.hypot(to_x - x, to_y - y) > _NEAR:
            leaders.append(
                {"x": round(x, 1), "y": round(y, 1), "to_x": round(to_x, 1), "to_y": round(to_y, 1)}
            )
    return leaders


def _on_lines(
    results: Sequence[PolicyResult], points: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Points close together along the lines that join the policies of one kind."""
    along = []
    for kind in _LINES:
        own = sorted(point for r, point in zip(results, points, strict=True) if r.kind == kind)
        for (x, y), (to_x, to_y) in pairwise(own):
            along += [(x + k / _STEPS * (to_x - x), y + k / _STEPS * (to_y - y)) for k in range(_STEPS + 1)]
    return along


def _labels(
    words: Sequence[str], points: Sequence[tuple[float, float]], lines: Sequence[tuple[float, float]] = ()
) -> list[_Label]:
    """A place near its point for each label, clear of the other labels, the points and the lines where there is one."""
    placed: list[_Label] = []
    dots = [_Label(x - 4, y, 8) for x, y in points]
    for text, point in zip(words, points, strict=True):
        places = list(_places(_LETTER * len(text), *point))
        clear = [one for one in places if not any(one.covers(other) for other in [*placed, *dots])]
        free = (one for one in clear if not any(one.holds(spot) for spot in lines))
        placed.append(next(free, (clear or places)[0]))
    return placed


_ABOVE = 34.0
"""Pixels above a panel that a label may use."""


def _places(width: float, x: float, y: float) -> Iterator[_Label]:
    """Places for a label, the best first: beside the point, then further and further above and below it."""
    for away in range(16):
        for down in (away * _LINE_HEIGHT / 2, -away * _LINE_HEIGHT / 2):
            for left in (x + _GAP, x - _GAP - width, x - width / 2):
                if left >= 0 and left + width <= WIDTH and -_ABOVE <= y + down <= HEIGHT:
                    yield _Label(left, y + down, width)
    yield _Label(max(0.0, x - width), y, width)
