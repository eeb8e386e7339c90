"""The forecast for one patient: the course without another infusion, the risk of loss, candidate dates, the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tenuto.core.durability.aim import Aim
from tenuto.core.durability.course import CourseStanding, Definitions, standing
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.evidence import known
from tenuto.core.durability.learned import Learned, learned_from
from tenuto.core.durability.model import Walk
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.outlook import Ahead, circumstances
from tenuto.core.durability.patients import LATENT
from tenuto.core.durability.population import PopulationFit, fitted
from tenuto.core.durability.posterior import Effort, Evidence, evidence_of, posterior
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.durability.record import History
from tenuto.core.durability.rules import Advice, advice
from tenuto.core.durability.stepwise import without_last_if_worse
from tenuto.core.durability.survival import ResponseCurve
from tenuto.core.forecast.abstain import Abstention, Review, abstention
from tenuto.core.forecast.aimed import weekly_gains
from tenuto.core.forecast.window import BoosterWindow, window

__all__ = [
    "COMPARED_DAYS",
    "HORIZON_DAYS",
    "BoosterWindow",
    "Candidate",
    "CandidateError",
    "Fan",
    "Forecast",
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
    """Probability that response is not lost 90 days after the forecast's date, when the infusion is given."""


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
    known_to: date
    """The last score or infusion: the forecast stands from there, however much later it is read."""
    standing: CourseStanding
    abstention: Abstention | None
    """Why nothing is forecast; None when there is a forecast."""
    review: Review | None
    """Who looks at the patient by when: whenever nothing is forecast, or the window is past."""
    responding: tuple[tuple[date, float], ...]
    """Probability that response is not lost by each scheduled score after `as_of`."""
    window: BoosterWindow | None
    aim: Aim
    """What the clinic's maintenance is to keep."""
    worth_days: float
    """Days with the aim held, of the 14 after it, from which the clinic finds an infusion worth giving."""
    candidates: tuple[Candidate, ...]
    median_days_to_loss: float | None
    """Days from `as_of`, 0 when it is past."""
    interval_80: tuple[float | None, float | None]
    learned: Learned
    rules: tuple[Advice, ...]
    fan: Fan
    curve: ResponseCurve
    """Of response without another infusion, in days from `known_to`."""
    followed_to: date
    """The last day, counted from the last infusion, for which anybody with the condition was followed without another."""
    model_version: str
    parameters_sha256: str

    @property
    def abstained(self) -> bool:
        """True when nothing is forecast."""
        return self.abstention is not None

    @property
    def reason(self) -> str | None:
        """Why nothing is forecast, as a sentence."""
        return self.abstention.reason if self.abstention else None

    def responding_on(self, day: date) -> float:
        """Probability that response is not lost by `day` without another infusion."""
        return self.curve.at(max((day - self.known_to).days, 0))


def forecast(
    history: History,
    rules: Definitions,
    *,
    as_of: date | None = None,
    candidates: Sequence[date] = (),
    fit: PopulationFit | None = None,
    effort: Effort | None = None,
) -> Forecast:
    """Forecast a patient's course, read on `as_of` (the last date of the history when None). Deterministic.

    The forecast stands from the last score or infusion: time without scores is no sign of health, so nothing moves
    later when `as_of` does. Under "no further infusion" unless a candidate date says otherwise; a candidate gets the
    dose of the last infusion. Days count from `as_of`; a median or bound beyond 365 days is None. CandidateError names a
    candidate that is before `as_of`, beyond the horizon, or already a day of an infusion.
    """
    fit, effort, as_of = fit or fitted(), effort or Effort(), as_of or history.last
    for on in candidates:
        _check(on, as_of, history)
    at, error, evidence = circumstances(history), ErrorOfScale.of(history.measure), evidence_of(history)
    found = posterior(fit.population.model(at), fit.law(at, history.measure), error, evidence, effort)
    now = standing(history, rules)
    silent = abstention(history, rules, now, found, error, evidence, as_of)
    start, waited = (history.known_to - history.start).days, (as_of - history.known_to).days
    carrying = found.carrying()
    walk = carrying.walked(float(start)).single()
    ahead = Ahead.of(carrying, error, now, rules, start, evidence.days[-1])
    shown = carrying.even(effort.keep)
    expected, curve = ahead.follow(walk.copy(), HORIZON_DAYS + waited, shown=shown)
    offered = None
    if silent is None:
        gains = weekly_gains(walk.only(shown[::2]), history, rules, now)
        before = _offered_before(history, now, rules, fit, effort)
        offered = window(curve, gains, history, now, rules, as_of, no_later=before)
    median, low, high = (_left(curve.day_of_risk(risk), waited) for risk in (0.5, 0.1, 0.9))
    return Forecast(
        as_of=as_of,
        known_to=history.known_to,
        standing=now,
        abstention=silent,
        review=_review(silent, offered),
        responding=() if silent else _by_date(curve, history.known_to, as_of),
        window=offered,
        aim=rules.aim,
        worth_days=rules.worth_days,
        candidates=()
        if silent
        else tuple(_candidate(on, as_of, walk, ahead, curve, evidence, history) for on in candidates),
        median_days_to_loss=None if silent else median,
        interval_80=(None, None) if silent else (low, high),
        learned=learned_from(found, error, history, evidence),
        rules=advice(history, rules, now, as_of, silent=silent is not None and not silent.rules_speak),
        fan=_fan(history.known_to, expected, curve, error),
        curve=curve,
        followed_to=history.infusions[-1].on
        + timedelta(days=known(history.condition).followed_days(len(history.infusions))),
        model_version=fit.version,
        parameters_sha256=fit.sha256,
    )


def _review(silent: Abstention | None, offered: BoosterWindow | None) -> Review | None:
    """Of an abstention its own; of a window that is past, a prescriber's since its last day."""
    if silent is not None:
        return silent.review
    if offered is None or not offered.overdue:
        return None
    return Review(offered.end, "prescriber", "Take a score and decide on the next infusion.")


def _offered_before(
    history: History, now: CourseStanding, rules: Definitions, fit: PopulationFit, effort: Effort
) -> date | None:
    """The end that was offered before a last score that is worse than the one before it: bad news never gains time."""
    earlier = without_last_if_worse(history, now)
    if earlier is None:
        return None
    before = forecast(earlier, rules, as_of=earlier.known_to, fit=fit, effort=effort).window
    return None if before is None else before.end


def _left(day: float | None, waited: int) -> float | None:
    """Days from the forecast's date, for days from the last score or infusion; None beyond the horizon."""
    if day is None or day - waited > HORIZON_DAYS:
        return None
    return max(day - waited, 0.0)


def _by_date(curve: ResponseCurve, origin: date, as_of: date) -> tuple[tuple[date, float], ...]:
    found = [
        (origin + timedelta(days=float(d)), float(p))
        for d, p in zip(curve.days, curve.responding, strict=True)
    ]
    return tuple((on, p) for on, p in found if on > as_of)


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
    on: date,
    as_of: date,
    walk: Walk,
    ahead: Ahead,
    without: ResponseCurve,
    evidence: Evidence,
    history: History,
) -> Candidate:
    compared = (as_of - history.known_to).days + COMPARED_DAYS
    wait = (on - history.known_to).days
    dose_at = (float(wait), evidence.infusions[-1].dose) if wait < compared else None
    _, curve = ahead.follow(walk.copy(), compared, dose_at=dose_at)
    return Candidate(on, 1 - without.at(wait), curve.at(compared))


def _fan(origin: date, expected: Floats, curve: ResponseCurve, error: ErrorOfScale) -> Fan:
    # One fixed deviate a draw, spread evenly over the draws and unrelated to their order.
    noise = standard_normal(expected.shape[1], len(LATENT) + 1)[:, -1].astype(expected.dtype)
    observed = _levels(error.observe(expected, noise[None, :]))
    return Fan(tuple(origin + timedelta(days=float(d)) for d in curve.days), _levels(expected), observed)


def _levels(scores: Floats) -> Floats:
    """Quantiles at `FAN_LEVELS` of equally likely scores (dates, n), which are put in order: sorting all is faster
    than five selections."""
    scores.sort(axis=1)
    last = scores.shape[1] - 1
    levels: Floats = np.stack([scores[:, round(level * last)] for level in FAN_LEVELS])
    return levels
