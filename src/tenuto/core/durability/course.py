"""Where a course stands on a day: responding, partial, drifting, losing, lost, ... From scores alone, no model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from tenuto.core.durability.definitions import Definitions
from tenuto.core.durability.record import History, Scored

__all__ = ["CourseStanding", "Definitions", "State", "standing"]

_CLOSE = 1e-9
"""Points; a score on a line is not above it, whatever the rounding of the line."""


class State(StrEnum):
    """Where a course stands. Defined in `tests/spec/forecast/states.md`, case by case."""

    BASELINE = "baseline"
    """No score since the first infusion."""
    NOT_RESPONDING = "not_responding"
    """No response by the scale, and not partial either."""
    PARTIAL = "partial"
    """Better by a reliable change and by the policy's share, but no response by the scale."""
    RESPONDING = "responding"
    """The last score is a response by the scale, and nothing below applies."""
    DRIFTING = "drifting"
    """In response or just out of it, and worse score by score."""
    UNSTABLE = "unstable"
    """Reliably up and down and up again without an infusion that explains it."""
    LOSING = "losing"
    """Response was there and the last score is none."""
    LOST = "lost"
    """As many scores in a row above the line of lost response as the policy asks."""


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """The state of a course and the line that later scores are held against."""

    state: State
    best: float
    """Lowest score since the first infusion; the baseline while there is none."""
    line: float
    """A score above this has lost more of the improvement than the clinic allows."""
    run: int
    """Scores above the line in a row, up to now."""
    drifting: bool
    """Worse than the best on enough scores in a row, or along a slope: a prompt to look, not a loss."""
    improvement: float = 0.0
    """Fall of the last score from baseline, as a share; negative when it is worse."""
    responded: bool = False
    """A score since the first infusion was a response by the scale."""
    response_at_most: float = 0.0
    """The highest score that is a response by the scale, and a reliable change."""


def standing(history: History, rules: Definitions) -> CourseStanding:
    """Judge a course by its scale's response and the clinic's definitions."""
    scores, measure, baseline = [s.value for s in history.after], history.measure, history.baseline
    best = min(scores, default=baseline)
    line = baseline - rules.gain_kept * (baseline - best)
    response = min(baseline * (1 - measure.response_fall), baseline - measure.reliable)
    run = _trailing(scores, lambda s: s > line + _CLOSE)
    worse = _trailing(scores, lambda s: s >= best + measure.reliable) >= rules.drift.in_row
    drifting = worse or _rising(history, rules)
    return CourseStanding(
        state=_state(history, rules, response, run, worse, drifting),
        best=best,
        line=line,
        run=run,
        drifting=drifting,
        improvement=1 - scores[-1] / baseline if scores else 0.0,
        responded=bool(scores) and best <= response + _CLOSE,
        response_at_most=response,
    )


def _state(
    history: History, rules: Definitions, response: float, run: int, worse: bool, drifting: bool
) -> State:
    """The first that applies, from the gravest."""
    scores = [s.value for s in history.after]
    if not scores:
        return State.BASELINE
    responses = sum(s <= response + _CLOSE for s in scores)
    if responses and run >= rules.scores_in_row:
        return State.LOST
    if responses and _turns(history, rules) >= rules.drift.unstable_turns:
        return State.UNSTABLE
    out = _trailing(scores, lambda s: s > response + _CLOSE)
    held = responses >= rules.response_scores
    if responses and (run or (out >= rules.scores_in_row and held)):
        return State.LOSING
    if responses and drifting and (held or not out):
        return State.DRIFTING
    if not out:
        return State.RESPONDING
    if held or (responses and worse):
        return State.LOSING
    fall = history.baseline - scores[-1]
    enough = max(rules.partial * history.baseline, history.measure.reliable)
    return State.PARTIAL if fall >= enough - _CLOSE else State.NOT_RESPONDING


def _trailing(scores: Sequence[float], counts: Callable[[float], bool]) -> int:
    """How many of the latest scores, going back from the last, count."""
    run = 0
    for score in reversed(scores):
        if not counts(score):
            break
        run += 1
    return run


def _rising(history: History, rules: Definitions) -> bool:
    """Whether the latest scores since the last infusion rise by more than their error explains.

    Least squares with the scale's own error through a fixed number of scores: a stretch that began at the best one would
    rise by its choice. What rises must also matter: a share of the reliable change.
    """
    since = [s for s in history.after if s.on > history.infusions[-1].on]
    stretch = since[-rules.drift.slope_most :]
    if len(stretch) < rules.drift.slope_scores:
        return False
    slope, error = _slope(stretch, history.measure.error_sd)
    rise = slope * (stretch[-1].on - stretch[0].on).days
    needed = rules.drift.slope_rise * history.measure.reliable
    return slope >= rules.drift.slope_errors * error and rise >= needed - _CLOSE


def _slope(scores: Sequence[Scored], error_sd: float) -> tuple[float, float]:
    """Points a day and their standard error."""
    days = [(s.on - scores[0].on).days for s in scores]
    middle = sum(days) / len(days)
    spread = sum((d - middle) ** 2 for d in days)
    slope = sum((d - middle) * s.value for d, s in zip(days, scores, strict=True)) / spread
    return slope, error_sd / math.sqrt(spread)


def _turns(history: History, rules: Definitions) -> int:
    """Turns between reliable rises and falls among the latest scores; a fall after an infusion is no fall of its own."""
    latest = history.after[-rules.drift.unstable_scores :]
    reliable, moves = history.measure.reliable, []
    for one, other in pairwise(latest):
        change = other.value - one.value
        if abs(change) < reliable - _CLOSE:
            continue
        treated = any(one.on <= i.on < other.on for i in history.infusions)
        if change > 0 or not treated:
            moves.append(change > 0)
    return sum(a != b for a, b in pairwise(moves))
