"""Where a course stands on a day: baseline, responding, not responding, losing or lost. From scores alone, no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.durability.history import History
from tenuto.core.policy import Policy

__all__ = ["Definitions", "Standing", "State", "standing"]


class State(StrEnum):
    """Where a course stands."""

    BASELINE = "baseline"
    RESPONDING = "responding"
    NOT_RESPONDING = "not_responding"
    LOSING = "losing"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Definitions:
    """The clinic's definitions, all of them policy."""

    gain_kept: float
    """Share of the improvement below which a score counts towards loss of response."""
    scores_in_row: int
    drift_in_row: int
    every_days: int
    """Days between scheduled scores from now on."""
    risk_lower: float
    risk_upper: float
    least_scores: int
    """Scores since the first infusion below which the model abstains."""
    oldest_days: int
    """Days since the last score beyond which it abstains."""
    oldest_baseline_days: int
    """Days from the baseline to the first infusion beyond which it abstains."""
    misfit_most: float
    """Mean squared distance of the scores from the model, in error variances, above which it abstains."""
    dose_most: float
    infusions_most: int
    fixed_days: int
    """The protocol's interval between maintenance infusions."""
    interval_step_days: int
    """By how much the interval rules lengthen or shorten."""
    mild_share: float
    """Share of the scale's range up to which a score counts as mildly ill or better."""

    @classmethod
    def from_policy(cls, policy: Policy) -> Definitions:
        """Read from the clinic's limits; PolicyError names one that is missing."""
        return cls(
            gain_kept=float(policy.number("forecast_gain_kept_percent")) / 100,
            scores_in_row=policy.whole("forecast_loss_scores_in_row"),
            drift_in_row=policy.whole("forecast_drift_scores_in_row"),
            every_days=policy.whole("forecast_score_every_days"),
            risk_lower=float(policy.number("forecast_risk_lower_percent")) / 100,
            risk_upper=float(policy.number("forecast_risk_upper_percent")) / 100,
            least_scores=policy.whole("forecast_least_scores"),
            oldest_days=policy.whole("forecast_oldest_score_days"),
            oldest_baseline_days=policy.whole("forecast_oldest_baseline_days"),
            misfit_most=float(policy.number("forecast_misfit_most")),
            dose_most=float(policy.number("forecast_dose_most_mg_per_kg")),
            infusions_most=policy.whole("forecast_infusions_most"),
            fixed_days=policy.whole("forecast_fixed_interval_days"),
            interval_step_days=policy.whole("maintenance_stretch_days"),
            mild_share=float(policy.number("forecast_mild_percent_of_range")) / 100,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a course and the line that later scores are held against."""

    state: State
    best: float
    """Lowest score since the first infusion; the baseline while there is none."""
    line: float
    """A score above this has lost more of the improvement than the clinic allows."""
    run: int
    """Scores above the line in a row, up to now."""
    drifting: bool
    """A reliable worsening from the best score on enough scores in a row: a prompt to look, not a loss."""


def standing(history: History, rules: Definitions) -> Standing:
    """Judge a course by the clinic's definitions."""
    scores = [s.value for s in history.after]
    best = min(scores, default=history.baseline)
    line = history.baseline - rules.gain_kept * (history.baseline - best)
    run = _trailing(scores, lambda s: s > line + 1e-9)
    drifting = _trailing(scores, lambda s: s >= best + history.measure.reliable) >= rules.drift_in_row
    return Standing(_state(history, scores, best, run, drifting, rules), best, line, run, drifting)


def _state(
    history: History, scores: list[float], best: float, run: int, drifting: bool, rules: Definitions
) -> State:
    if not scores:
        return State.BASELINE
    if best > history.baseline * (1 - history.measure.response_fall) + 1e-9:
        return State.NOT_RESPONDING
    if run >= rules.scores_in_row:
        return State.LOST
    return State.LOSING if run or drifting else State.RESPONDING


def _trailing(scores: list[float], counts: Callable[[float], bool]) -> int:
    """How many of the latest scores, going back from the last, count."""
    run = 0
    for score in reversed(scores):
        if not counts(score):
            break
        run += 1
    return run
