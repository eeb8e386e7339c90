"""A patient's course drawn straight into an SVG: what was scored and given, and what is forecast of it.

Drawn here and not by the general renderer because the page is made anew at every look: a millisecond where that needs a
hundred. `forecast.forecast_chart` is the same picture in the grammar of all charts, for files and notebooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import numpy as np

from tenuto.clinic.ui.charts.course_scale import CourseScale
from tenuto.clinic.ui.charts.look import PAGE, ChartColours
from tenuto.core.dates import say_date, say_day
from tenuto.core.durability.record import History, dose_of
from tenuto.core.forecast.answer import Forecast

__all__ = ["CoursePicture", "PastWindow", "course_scale", "course_svg"]

FACE = "Liberation Sans, Noto Sans, Segoe UI, Roboto, Arial, sans-serif"
AHEAD = timedelta(days=56)
"""Shown beyond the window: enough to see where it leads, not a year of fog."""
SILENT_AHEAD = timedelta(days=10)
LEAST_BRACKET = 8
"""Px of the bracket of a window of one day."""
LEAST_APART = 15
"""Px between two lines of words beside the chart."""
WIDE_FROM = 600
"""Px of the plot from which names stand beside it and not inside."""


@dataclass(frozen=True, slots=True)
class PastWindow:
    """A booster window as it was forecast on an earlier day."""

    made_on: date
    start: date
    end: date


@dataclass(frozen=True, slots=True, eq=False)
class CoursePicture:
    """All that is drawn."""

    history: History
    found: Forecast
    past: tuple[PastWindow, ...] = ()
    """The windows before the present one, the oldest first."""
    chosen: date | None = None
    """A day that is looked at for the next infusion."""
    decided: date | None = None
    """The day that was decided."""

    @property
    def first(self) -> date:
        """The left edge when all is shown."""
        return min(self.history.scores[0].on, self.history.start) - timedelta(days=4)

    @property
    def last(self) -> date:
        """The right edge."""
        window = self.found.window
        ends = [self.found.as_of + SILENT_AHEAD, *filter(None, (self.chosen, self.decided))]
        if window is not None:
            ends += [window.end + AHEAD, self.found.known_to + AHEAD]
        return min(max(ends), self.found.fan.on[-1])


def course_svg(
    picture: CoursePicture,
    *,
    width: int,
    height: int,
    look: ChartColours = PAGE,
    since: date | None = None,
    title: str = "",
) -> str:
    """The drawing, `width` by `height` px in all. since: the left edge, where not the whole course fits."""
    scale = course_scale(picture, width, height, since=since)
    measure = picture.history.measure
    draw = _Drawing(picture, scale, look)
    named = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    parts = [
        f'<svg class="marks course-chart" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-size="12" font-family="{FACE}" {named}>',
        f'<clipPath id="plot-{width}"><rect x="0" y="-40" width="{scale.plot_width}" height="{scale.plot_height + 80}"/></clipPath>',
        f'<g transform="translate({scale.left} {scale.top})">',
        *scale.axes(look, measure.name),
        *draw.lines(),
        f'<g clip-path="url(#plot-{width})">',
        *draw.fan(),
        *draw.window(),
        *draw.past(),
        *draw.today(),
        *draw.infusions(),
        *draw.scores(),
        *draw.candidate(),
        "</g>",
        *draw.names(),
        "</g></svg>",
    ]
    return "".join(parts)


def course_scale(
    picture: CoursePicture, width: int, height: int, *, since: date | None = None
) -> CourseScale:
    """Where days and scores lie in such a drawing."""
    measure = picture.history.measure
    first = max(picture.first, since) if since else picture.first
    return CourseScale(first, picture.last, measure.lowest, measure.highest, width, height)


_DROP = "M0,-1C0.35,-0.45,0.6,-0.1,0.6,0.3A0.6,0.6,0,1,1,-0.6,0.3C-0.6,-0.1,-0.35,-0.45,0,-1Z"
_USUAL_DOSE, _USUAL_SIZE = 0.5, 8.0
"""mg/kg, and half the height of its drop in px; the area goes by the dose."""
_MANY = 60
_PALE = 0.4
"""Of the strength: what lies beyond the window was not seen in this patient."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    picture: CoursePicture
    scale: CourseScale
    look: ChartColours

    @property
    def wide(self) -> bool:
        return self.scale.plot_width >= WIDE_FROM

    def scores(self) -> Iterator[str]:
        """Each score with a bar of one standard error of measurement on either side, joined by a hairline."""
        scores, scale, look = self.picture.history.scores, self.scale, self.look
        sd = self.picture.history.measure.error_sd
        points = [(scale.x(s.on), s.value) for s in scores]
        path = "L".join(f"{x:.1f},{scale.y(value):.1f}" for x, value in points)
        yield f'<path d="M{path}" fill="none" stroke="{look.ink}" stroke-opacity=".35"/>'
        radius = 3.2 if len(points) <= _MANY else 2
        for (x, value), score in zip(points, scores, strict=True):
            low, high = scale.y(scale.held(value - sd)), scale.y(scale.held(value + sd))
            yield (
                f'<g><title>{say_date(score.on)}: {score.value:g}</title><path d="M{x:.1f},{low:.1f}V{high:.1f}" '
                f'stroke="{look.ink}" stroke-opacity=".45"/>'
                f'<circle cx="{x:.1f}" cy="{scale.y(value):.1f}" r="{radius}" fill="{look.ink}"/></g>'
            )

    def infusions(self) -> Iterator[str]:
        """A drop on the axis for each infusion, its area by the dose."""
        for infusion in self.picture.history.infusions:
            dose = dose_of(infusion)
            yield self._drop(
                infusion.on,
                dose,
                f'fill="{self.look.soft}"',
                f"{say_date(infusion.on)}: infusion, {dose:g} mg/kg",
            )

    def candidate(self) -> Iterator[str]:
        """An empty drop, and a line down to it, for the day that is looked at."""
        on = self.picture.chosen
        if on is None:
            return
        look, scale = self.look, self.scale
        at = f"translate({scale.x(on):.1f} 0)"
        dose = dose_of(self.picture.history.infusions[-1])
        yield (
            f'<g class="course-candidate" data-candidate transform="{at}"><path d="M0,0V{scale.plot_height - 16}" '
            f'stroke="{look.ink}" stroke-dasharray="2 3"/>{self._drop_at(0, dose, _empty(look))}</g>'
        )

    def _drop(self, on: date, dose: float, paint: str, words: str) -> str:
        return f"<g><title>{words}</title>{self._drop_at(self.scale.x(on), dose, paint)}</g>"

    def _drop_at(self, x: float, dose: float, paint: str) -> str:
        size = _USUAL_SIZE * float(np.sqrt(dose / _USUAL_DOSE))
        y = self.scale.plot_height - 9
        return f'<path d="{_DROP}" transform="translate({x:.1f} {y}) scale({size:.2f})" {paint} vector-effect="non-scaling-stroke"/>'

    def fan(self) -> Iterator[str]:
        """Where a score and the level behind it may come to lie: 80 % of scores pale, the middle half of levels darker."""
        found = self.picture.found
        if found.abstained:
            return
        end = found.window.end if found.window else found.fan.on[-1]
        days = np.array([on.toordinal() for on in found.fan.on], dtype=float)
        seam, last = float(end.toordinal()), float(self.picture.last.toordinal())
        for start, stop, strength in ((days[0], min(seam, last), 1.0), (max(seam, days[0]), last, _PALE)):
            if stop > start:
                yield from self._part(days, start, stop, strength)

    def _part(self, days: np.ndarray, start: float, stop: float, strength: float) -> Iterator[str]:
        at = np.array([start, *days[(days > start) & (days < stop)], stop])
        fan, accent = self.picture.found.fan, self.look.accent
        level = {
            name: np.interp(at, days, values)
            for name, values in (
                ("low", fan.observed[0]),
                ("high", fan.observed[4]),
                ("inner_low", fan.expected[1]),
                ("middle", fan.expected[2]),
                ("inner_high", fan.expected[3]),
            )
        }
        for low, high, opacity in (("low", "high", 0.12), ("inner_low", "inner_high", 0.24)):
            there, back = self._path(at, level[low]), self._path(at[::-1], level[high][::-1])
            yield f'<path d="M{there}L{back}Z" fill="{accent}" fill-opacity="{opacity * strength:g}"/>'
        yield (
            f'<path d="M{self._path(at, level["middle"])}" fill="none" stroke="{accent}" stroke-width="2" '
            f'stroke-opacity="{strength:g}"/>'
        )

    def _path(self, days: np.ndarray, values: np.ndarray) -> str:
        return "L".join(
            f"{self.scale.x_of(day):.1f},{self.scale.y(value):.1f}"
            for day, value in zip(days.tolist(), values.tolist(), strict=True)
        )

    def window(self) -> Iterator[str]:
        """The booster window as a bracket, with its dates on it."""
        window, scale, look = self.picture.found.window, self.scale, self.look
        if window is None:
            return
        left, right = scale.x(window.start), scale.x(window.end)
        if right - left > 1:
            yield (
                f'<rect x="{left:.1f}" y="0" width="{right - left:.1f}" height="{scale.plot_height}" fill="{look.ink}" '
                'fill-opacity=".05"/>'
            )
        yield (
            f'<path d="M{left:.1f},-6V-14H{right:.1f}V-6" fill="none" stroke="{look.ink}" stroke-width="1.5"/>'
            if right - left > 1
            else f'<path d="M{left:.1f},-14V{scale.plot_height}" stroke="{look.ink}" stroke-opacity=".5"/>'
        )
        words = f"window {say_day(window.start)} to {say_day(window.end)}"
        if window.start == window.end:
            words = f"longest: {say_day(window.end)}"
        late = left > scale.plot_width / 2
        x, anchor = (right, "end") if late else (left, "start")
        yield _text(x, -20, words, look.ink, anchor)

    def past(self) -> Iterator[str]:
        """Earlier windows as they were forecast then, under the upper edge."""
        scale, look = self.scale, self.look
        for window in self.picture.past:
            left, right = scale.x(window.start), scale.x(window.end)
            left, right = min(left, right - LEAST_BRACKET), right
            yield (
                f"<g><title>On {say_date(window.made_on)} the window was {say_day(window.start)} to {say_date(window.end)}"
                f'</title><path d="M{left:.1f},-2V-8H{right:.1f}V-2" fill="none" stroke="{look.soft}"/></g>'
            )

    def today(self) -> Iterator[str]:
        """The day of the page, and the day that was decided."""
        found, scale, look = self.picture.found, self.scale, self.look
        x = scale.x(found.as_of)
        yield f'<path d="M{x:.1f},0V{scale.plot_height}" stroke="{look.edge}" stroke-dasharray="1 3"/>'
        yield _text(x - 4, 12, "today", look.soft, "end")
        decided = self.picture.decided
        if decided is not None:
            x = scale.x(decided)
            yield f'<path d="M{x:.1f},0V{scale.plot_height}" stroke="{look.accent}" stroke-width="2"/>'
            yield _text(x - 4, 28, f"decided: {say_day(decided)}", look.accent, "end", ground=look.paper)

    def _levels(self) -> list[tuple[float, str, str, str]]:
        """Value, words, colour and dash of the lines of response, remission and lost response."""
        now, measure, look = self.picture.found.standing, self.picture.history.measure, self.look
        lines = [
            (now.response_at_most, f"response: {now.response_at_most:.3g} or less", look.soft, ""),
            (measure.remission_at_most, f"remission: {measure.remission_at_most:g} or less", look.soft, ""),
        ]
        if now.responded:
            lines.append((now.line, f"lost: above {now.line:.3g}", look.block, "6 4"))
        return lines

    def lines(self) -> Iterator[str]:
        """Hairlines across the plot."""
        for value, _, colour, dash in self._levels():
            y = self.scale.y(value)
            yield (
                f'<path d="M0,{y:.1f}H{self.scale.plot_width}" stroke="{colour}" stroke-opacity=".7"'
                f"{_dashed(dash)}/>"
            )

    def names(self) -> Iterator[str]:
        """What each line is, beside it; inside the plot where there is no room beside."""
        levels = sorted(self._levels(), reverse=True)
        places = _apart([self.scale.y(value) for value, *_ in levels])
        for (_, words, colour, _), y in zip(levels, places, strict=True):
            if self.wide:
                yield _text(self.scale.plot_width + 8, y + 4, words, colour)
            else:
                yield _text(self.scale.plot_width - 4, y - 4, words, colour, "end", ground=self.look.paper)
        if not self.picture.found.abstained and self.wide:
            words = "pale: not seen in this patient"
            yield _text(self.scale.plot_width + 8, self.scale.plot_height + 4, words, self.look.soft)


def _apart(places: Sequence[float]) -> list[float]:
    """Places from the top down, each at least a line below the one before."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + LEAST_APART) if found else place)
    return found


def _empty(look: ChartColours) -> str:
    return f'fill="{look.paper}" stroke="{look.ink}" stroke-width="1.5"'


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start", ground: str = "") -> str:
    clear = (
        f' stroke="{ground}" stroke-width="4" paint-order="stroke" stroke-linejoin="round"' if ground else ""
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{clear}>{escape(words)}</text>'
    )
