"""The forecast for one patient: the course without another infusion, the risk of loss, candidate dates, the window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tenuto.core.durability.abstain import reason_to_abstain
from tenuto.core.durability.course import Definitions, Standing, standing
from tenuto.core.durability.error import ScaleError
from tenuto.core.durability.history import History
from tenuto.core.durability.learned import Learned, learned_from
from tenuto.core.durability.model import Walk
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.outlook import Ahead, circumstances
from tenuto.core.durability.patients import LATENT
from tenuto.core.durability.population import Fit, fitted
from tenuto.core.durability.posterior import Effort, Evidence, evidence_of, posterior
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.durability.rules import Advice, advice
from tenuto.core.durability.survival import Curve

__all__ = [
    "COMPARED_DAYS",
    "HORIZON_DAYS",
    "Candidate",
    "CandidateError",
    "Fan",
    "Forecast",
    "Window",
    "forecast",
]

HORIZON_DAYS = 365
COMPARED_DAYS = 90
"""Days from the forecast's date after which candidate dates are compared."""
FAN_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


class CandidateError(ValueError):
    """A date on which no infusion can be forecast; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an infusion on a date would do."""

    on: date
    loss_before: float
    """Probability that response is lost before that date."""
    responding_90d: float
    """Probability of still responding 90 days after the forecast's date, when the infusion is given."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a booster falls due: from the lower to the upper risk of lost response."""

    start: date | None
    """None when the risk stays below the lower limit to the horizon."""
    end: date | None
    longest_acceptable: int | None
    """Days from the last infusion to the end of the window; None beyond the horizon."""


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Quantiles (at `FAN_LEVELS`) of the expected and of the observed score, each shape (5, dates)."""

    on: tuple[date, ...]
    expected: Floats
    observed: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Everything that a clinician is shown about one patient on one day."""

    as_of: date
    standing: Standing
    abstained: bool
    reason: str | None
    responding: tuple[tuple[date, float], ...]
    window: Window | None
    candidates: tuple[Candidate, ...]
    median_days_to_loss: float | None
    interval_80: tuple[float | None, float | None]
    learned: Learned
    rules: tuple[Advice, ...]
    fan: Fan
    model_version: str
    parameters_sha256: str

    def responding_at(self, day: float) -> float:
        """Probability of still responding `day` days from `as_of` without another infusion; only where not abstained."""
        days = [0.0, *(float((on - self.as_of).days) for on, _ in self.responding)]
        return float(np.interp(day, days, [1.0, *(p for _, p in self.responding)]))


def forecast(
    history: History,
    rules: Definitions,
    *,
    as_of: date | None = None,
    candidates: Sequence[date] = (),
    fit: Fit | None = None,
    effort: Effort | None = None,
) -> Forecast:
    """Forecast a patient's course from `as_of` (the last date of the history when None). Deterministic.

    Under "no further infusion" unless a candidate date says otherwise; a candidate gets the dose of the last infusion.
    Days count from `as_of`; a median or bound beyond 365 days is None. CandidateError names a candidate that is
    before `as_of`, beyond the horizon, or already a day of an infusion.
    """
    fit, effort, as_of = fit or fitted(), effort or Effort(), as_of or history.last
    for on in candidates:
        _check(on, as_of, history)
    model, error, evidence = fit.population.model(), ScaleError.of(history.measure), evidence_of(history)
    law = fit.law(circumstances(history), history.measure)
    found = posterior(model, law, error, evidence, effort)
    now = standing(history, rules)
    reason = reason_to_abstain(history, rules, now, found, error, evidence, as_of)
    start = (as_of - history.start).days
    walk = found.walked(float(start))
    ahead = Ahead(found.weights, error, now, rules, start)
    expected, curve = ahead.follow(walk.copy(), HORIZON_DAYS, shown=found.even(effort.keep))
    shown = reason is None
    return Forecast(
        as_of=as_of,
        standing=now,
        abstained=not shown,
        reason=reason,
        responding=tuple(
            (as_of + timedelta(days=float(d)), float(p))
            for d, p in zip(curve.days, curve.responding, strict=True)
            if d > 0
        )
        if shown
        else (),
        window=_window(curve, rules, as_of, history) if shown else None,
        candidates=tuple(_candidate(on, as_of, walk, ahead, curve, evidence) for on in candidates)
        if shown
        else (),
        median_days_to_loss=curve.day_of_risk(0.5) if shown else None,
        interval_80=(curve.day_of_risk(0.1), curve.day_of_risk(0.9)) if shown else (None, None),
        learned=learned_from(found, error, history, evidence),
        rules=advice(history, rules, now, as_of),
        fan=_fan(as_of, expected, curve, error),
        model_version=fit.version,
        parameters_sha256=fit.sha256,
    )


def _check(candidate: date, as_of: date, history: History) -> None:
    if candidate < as_of:
        raise CandidateError(
            f"Candidate {candidate} is before the forecast's date {as_of}. Give a later date."
        )
    if (candidate - as_of).days > HORIZON_DAYS:
        raise CandidateError(
            f"Candidate {candidate} is more than {HORIZON_DAYS} days after the forecast's date {as_of}. Give an earlier date."
        )
    if candidate == history.infusions[-1].on:
        raise CandidateError(f"Candidate {candidate} has an infusion already. Give a later date.")


def _candidate(
    on: date, as_of: date, walk: Walk, ahead: Ahead, without: Curve, evidence: Evidence
) -> Candidate:
    wait = float((on - as_of).days)
    dose_at = (wait, evidence.infusions[-1].dose) if wait < COMPARED_DAYS else None
    _, curve = ahead.follow(walk.copy(), COMPARED_DAYS, dose_at=dose_at)
    return Candidate(on, 1 - without.at(wait), curve.at(COMPARED_DAYS))


def _window(curve: Curve, rules: Definitions, as_of: date, history: History) -> Window:
    start, end = curve.day_of_risk(rules.risk_lower), curve.day_of_risk(rules.risk_upper)

    def on(day: float | None) -> date | None:
        return None if day is None else as_of + timedelta(days=math.floor(day))

    latest = on(end)
    return Window(on(start), latest, None if latest is None else (latest - history.infusions[-1].on).days)


def _fan(as_of: date, expected: Floats, curve: Curve, error: ScaleError) -> Fan:
    # One fixed deviate a draw, spread evenly over the draws and unrelated to their order.
    noise = standard_normal(expected.shape[1], len(LATENT) + 1)[:, -1]
    observed = _levels(error.observe(expected, noise[None, :]))
    return Fan(tuple(as_of + timedelta(days=float(d)) for d in curve.days), _levels(expected), observed)


def _levels(scores: Floats) -> Floats:
    """Quantiles at `FAN_LEVELS` of equally likely scores (dates, n), which are put in order: sorting all is faster
    than five selections."""
    scores.sort(axis=1)
    last = scores.shape[1] - 1
    levels: Floats = np.stack([scores[:, round(level * last)] for level in FAN_LEVELS])
    return levels
