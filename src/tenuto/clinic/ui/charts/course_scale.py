"""Where a day and a score lie on the chart of a course, and its axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.ui.charts.look import ChartColours

__all__ = ["CourseScale"]

TOP, BELOW, BESIDE, LEFT = 40, 26, 178, 34
NARROW_BESIDE = 8
PER_TICK = 84
"""Px that a month with its name needs."""
LEVELS = 4
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS = (1, 2, 3, 4, 6, 12, 24, 60)


@dataclass(frozen=True, slots=True)
class CourseScale:
    """Days across and points of the scale up, in a drawing of `width` by `height` px."""

    first: date
    last: date
    lowest: float
    highest: float
    width: int
    height: int

    @property
    def left(self) -> int:
        """Px beside the plot for the axis of scores."""
        return LEFT

    @property
    def top(self) -> int:
        """Px above the plot for the windows."""
        return TOP

    @property
    def plot_width(self) -> int:
        """Px of the plot."""
        return self.width - LEFT - (BESIDE if self.width > 640 else NARROW_BESIDE)

    @property
    def plot_height(self) -> int:
        """Px of the plot."""
        return self.height - TOP - BELOW

    def x(self, on: date) -> float:
        """Px from the left of the plot."""
        return self.x_of(on.toordinal())

    def x_of(self, day: float) -> float:
        """The same for the ordinal of a day."""
        first, last = self.first.toordinal(), self.last.toordinal()
        return (day - first) / max(last - first, 1) * self.plot_width

    def y(self, value: float) -> float:
        """Px from the top of the plot."""
        return self.plot_height * (1 - (value - self.lowest) / (self.highest - self.lowest))

    def held(self, value: float) -> float:
        """A value inside the range of the scale."""
        return min(max(value, self.lowest), self.highest)

    def axes(self, look: ChartColours, name: str) -> Iterator[str]:
        """The axis of days with its months, the axis of scores with the name of the scale."""
        bottom = self.plot_height
        yield _line(0, bottom, self.plot_width, bottom, look.hairline)
        for on, words in self._months():
            x = self.x(on)
            yield _line(x, bottom, x, bottom + 5, look.hairline)
            yield f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle" fill="{look.soft}">{words}</text>'
        step = _nice((self.highest - self.lowest) / LEVELS)
        value = self.lowest
        while value <= self.highest:
            y = self.y(value)
            yield _line(0, y, self.plot_width, y, look.hairline)
            yield f'<text x="-7" y="{y + 4:.1f}" text-anchor="end" fill="{look.soft}">{value:g}</text>'
            value += step
        yield f'<text x="{-LEFT + 2}" y="-26" fill="{look.soft}">{name}</text>'

    def _months(self) -> Iterator[tuple[date, str]]:
        """The first of a month and what is written there; the year with the first one and with each January."""
        whole = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        most = max(self.plot_width // PER_TICK, 1)
        step = next((each for each in STEPS if whole / each <= most), STEPS[-1])
        named = False
        for number in range(whole + 1):
            year, month = divmod(self.first.month - 1 + number, 12)
            on = date(self.first.year + year, month + 1, 1)
            inside = 0.02 * self.plot_width < self.x(on) < 0.98 * self.plot_width
            if month % step or on < self.first or not inside:
                continue
            words = MONTHS[month] if named and month else f"{MONTHS[month]} {on.year}"
            named = True
            yield on, words


def _nice(step: float) -> float:
    """The next of 1, 2, 5, 10, 20 ... that is no smaller."""
    return next(size for size in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0) if size >= step)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<path d="M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}" stroke="{colour}"/>'
