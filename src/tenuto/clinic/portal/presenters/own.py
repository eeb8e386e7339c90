"""A person's own scores and dates, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenuto.clinic.scales.api import FormRow
from tenuto.clinic.ui.words import day, long_day
from tenuto.core.scales.definition import Direction, Instrument, Take
from tenuto.core.scales.reading import instrument
from tenuto.core.units import plain

__all__ = ["OwnDate", "OwnScore", "ScoreDot", "own_dates", "own_scores"]

WIDTH, HEIGHT, EDGE = 320, 96, 10
FEWEST_DOTS = 2


@dataclass(frozen=True, slots=True)
class ScoreDot:
    """One score in the small chart: where it stands, and what it was."""

    x: int
    y: int
    told: str


@dataclass(frozen=True, slots=True)
class OwnScore:
    """One scale over time: the sentence, the chart as dots and a line, and the same as a table."""

    title: str
    sentence: str
    direction: str
    dots: tuple[ScoreDot, ...]
    line: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwnDate:
    """A date of the signed plan that is still to come."""

    when: str
    what: str


def own_scores(forms: Iterable[FormRow]) -> tuple[OwnScore, ...]:
    """Every scale with a total, by the number of its scores, the most first."""
    by_scale: dict[str, list[tuple[date, Decimal]]] = {}
    for form in sorted(forms, key=lambda f: (f.taken, f.event_number)):
        if form.total is not None:
            by_scale.setdefault(form.instrument, []).append((form.taken, form.total))
    known = [(instrument(name), scores) for name, scores in by_scale.items()]
    shown = [(scale, scores) for scale, scores in known if scale.total is not Take.NONE]
    return tuple(_score(scale, scores) for scale, scores in sorted(shown, key=lambda pair: -len(pair[1])))


def own_dates(days: Iterable[tuple[int, date]], *, total: int) -> tuple[OwnDate, ...]:
    """The signed days that are still to come, each with its number in the series."""
    return tuple(OwnDate(long_day(on), f"Infusion {number} of {total}") for number, on in days)


def _score(scale: Instrument, scores: Sequence[tuple[date, Decimal]]) -> OwnScore:
    dots = _dots(scale, scores) if len(scores) >= FEWEST_DOTS else ()
    return OwnScore(
        title=scale.name,
        sentence=_sentence(scores),
        direction=_DIRECTION[scale.higher],
        dots=dots,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        rows=tuple((long_day(on), plain(total)) for on, total in reversed(scores)),
    )


_DIRECTION = {
    Direction.WORSE: "Lower is better.",
    Direction.BETTER: "Higher is better.",
    Direction.NEITHER: "High is neither good nor bad.",
}


def _sentence(scores: Sequence[tuple[date, Decimal]]) -> str:
    (first_day, first), (last_day, last) = scores[0], scores[-1]
    if len(scores) == 1:
        return f"Your score was {plain(first)} on {long_day(first_day)}."
    if first == last:
        return (
            f"Your score was {plain(first)} on {long_day(first_day)} and is the same on {long_day(last_day)}."
        )
    return (
        f"Your score was {plain(first)} on {long_day(first_day)} and {plain(last)} on {long_day(last_day)}."
    )


def _dots(scale: Instrument, scores: Sequence[tuple[date, Decimal]]) -> tuple[ScoreDot, ...]:
    """Places in the chart, the highest total on top; the days keep their distances, and those of one day their order."""
    first, last = scores[0][0], scores[-1][0]
    days = [(on - first).days for on, _ in scores] if last > first else list(range(len(scores)))
    span = days[-1]
    height = scale.highest - scale.lowest
    return tuple(
        ScoreDot(
            x=EDGE + place * (WIDTH - 2 * EDGE) // span,
            y=int(EDGE + (scale.highest - total) * (HEIGHT - 2 * EDGE) / height),
            told=f"{day(on)}: {plain(total)}",
        )
        for place, (on, total) in zip(days, scores, strict=True)
    )
