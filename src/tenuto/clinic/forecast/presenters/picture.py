"""The chart of the course, wide and narrow, with its words and its table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.clinic.forecast.courses import CourseRead
from tenuto.clinic.forecast.models import StoredForecast
from tenuto.clinic.ui.charts.course import CoursePicture, PastWindow, course_scale, course_svg
from tenuto.clinic.ui.charts.course_scale import CourseScale
from tenuto.clinic.ui.charts.look import PRINT
from tenuto.clinic.ui.words import count, long_day
from tenuto.core.durability.record import dose_of

__all__ = ["CourseFigure", "course_figure", "course_words", "past_windows", "printed_chart"]

WIDE, NARROW = (1040, 400), (340, 320)
"""Px of the drawings."""
NARROW_DAYS = 200
"""Days that fit on a phone."""
YEARS_SHOWN = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class CourseFigure:
    """Both drawings, the words for those who don't see them, and the table."""

    wide: str
    narrow: str
    text: str
    rows: tuple[tuple[str, str, str], ...]
    """Date, what, value; the newest first."""
    wide_scale: CourseScale
    narrow_scale: CourseScale


def course_figure(picture: CoursePicture) -> CourseFigure:
    """What the page shows."""
    wide_since, narrow_since = picture.last - YEARS_SHOWN, picture.last - timedelta(days=NARROW_DAYS)
    return CourseFigure(
        wide=course_svg(picture, width=WIDE[0], height=WIDE[1], since=wide_since),
        narrow=course_svg(picture, width=NARROW[0], height=NARROW[1], since=narrow_since),
        text=course_words(picture),
        rows=_rows(picture),
        wide_scale=course_scale(picture, *WIDE, since=wide_since),
        narrow_scale=course_scale(picture, *NARROW, since=narrow_since),
    )


def printed_chart(picture: CoursePicture) -> str:
    """The same drawing for paper."""
    return course_svg(picture, width=WIDE[0], height=WIDE[1], look=PRINT, since=picture.last - YEARS_SHOWN)


def past_windows(rows: Iterable[StoredForecast], read: CourseRead) -> tuple[PastWindow, ...]:
    """For each interval that an infusion has ended the window as it last was; `rows` are the oldest first."""
    last = {row.treated: PastWindow(row.as_of, *row.window) for row in rows if row.window is not None}
    current = read.history.infusions[-1].on
    return tuple(window for treated, window in sorted(last.items()) if treated < current)


def course_words(picture: CoursePicture) -> str:
    """The chart in words."""
    history, found, window = picture.history, picture.found, picture.found.window
    scores = history.scores
    said = [
        f"{history.measure.name} from {scores[0].value:g} on {long_day(scores[0].on)} to {scores[-1].value:g} on "
        f"{long_day(scores[-1].on)}, best {found.standing.best:g}; {count(len(scores), 'score')} and "
        f"{count(len(history.infusions), 'infusion')}, the last on {long_day(history.infusions[-1].on)}."
    ]
    if window is None:
        said.append("Nothing is forecast.")
    else:
        ahead = _middle(picture, window.end)
        said.append(
            f"The booster window runs from {long_day(window.start)} to {long_day(window.end)}; the expected score is then {ahead:.0f}."
        )
    if picture.past:
        said.append(f"{count(len(picture.past), 'earlier window')} as forecast then.")
    return " ".join(said)


def _middle(picture: CoursePicture, on: date) -> float:
    fan = picture.found.fan
    nearest = min(range(len(fan.on)), key=lambda k: abs((fan.on[k] - on).days))
    return float(fan.expected[2][nearest])


def _rows(picture: CoursePicture) -> tuple[tuple[str, str, str], ...]:
    history = picture.history
    dated: list[tuple[date, int, str, str]] = [
        *((s.on, 0, history.measure.name, f"{s.value:g}") for s in history.scores),
        *((i.on, 1, "Infusion", f"{dose_of(i):.3g} mg/kg") for i in history.infusions),
    ]
    return tuple((long_day(on), what, value) for on, _, what, value in sorted(dated, reverse=True))
