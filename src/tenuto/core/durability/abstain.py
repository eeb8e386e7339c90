"""When the model says nothing: thin data, a patient outside its domain, a condition without evidence."""

from __future__ import annotations

from datetime import date

import numpy as np

from tenuto.core.dates import say_date
from tenuto.core.durability.course import Definitions, Standing, State
from tenuto.core.durability.error import ScaleError
from tenuto.core.durability.history import History, dose_of
from tenuto.core.durability.population import priors
from tenuto.core.durability.posterior import Evidence, Posterior

__all__ = ["misfit", "reason_to_abstain"]


def reason_to_abstain(
    history: History,
    rules: Definitions,
    now: Standing,
    found: Posterior,
    error: ScaleError,
    evidence: Evidence,
    as_of: date,
) -> str | None:
    """The first reason not to forecast, as a sentence; None when there is none."""
    entry = priors()["condition"][history.condition]
    if not entry["forecast"]:
        return f"How long a response lasts in {history.condition.replace('_', ' ')} is not known: {_lower(entry['reason'])}."
    if now.state is State.BASELINE or len(history.after) < rules.least_scores:
        return (
            f"Too few scores: {len(history.after)} since the first infusion on {say_date(history.start)}, "
            f"{rules.least_scores} are needed."
        )
    if now.state is State.NOT_RESPONDING:
        return "There is no response to lose: no score has fallen far enough from baseline. Review the course instead."
    if now.state is State.LOST:
        return "Response is already lost by the clinic's definition. A prescriber decides what comes next."
    return (
        _stale(history, rules, as_of)
        or _early(history, rules)
        or _outside(history, rules)
        or _unlike(rules, found, error, evidence)
    )


def _stale(history: History, rules: Definitions, as_of: date) -> str | None:
    age = (as_of - history.scores[-1].on).days
    if age <= rules.oldest_days:
        return None
    return f"The last score is {age} days old, older than {rules.oldest_days} days. Take a new score."


def _early(history: History, rules: Definitions) -> str | None:
    on = history.before[-1].on
    age = (history.start - on).days
    if age <= rules.oldest_baseline_days:
        return None
    return (
        f"The baseline is from {say_date(on)}, {age} days before the first infusion; more than {rules.oldest_baseline_days} "
        "days say little of the state that was treated. Add a later score from before it."
    )


def _outside(history: History, rules: Definitions) -> str | None:
    highest = max(dose_of(i) for i in history.infusions)
    if highest > rules.dose_most:
        return f"A dose of {highest:g} mg/kg is above the {rules.dose_most:g} mg/kg that the model knows."
    if len(history.infusions) > rules.infusions_most:
        return f"{len(history.infusions)} infusions are more than the {rules.infusions_most} that the model knows."
    if history.baseline < 2 * history.measure.reliable:
        return (
            f"A baseline of {history.baseline:g} is too close to the noise of {history.measure.name} "
            f"({history.measure.reliable:g} points) to tell a response from chance."
        )
    return None


def misfit(found: Posterior, error: ScaleError, evidence: Evidence) -> float:
    """Mean over the scores of the squared distance from the model, in error variances; about 1 when all is well."""
    perfect = -0.5 * len(evidence.scores)
    # Log likelihood relative to a score right on the expectation, in the same units for every scale.
    scores = np.array(evidence.scores)
    best = float(error.log_likelihood(scores[:, None], scores).sum())
    mean = found.mean(found.fit)
    return (mean - best) / perfect


def _unlike(rules: Definitions, found: Posterior, error: ScaleError, evidence: Evidence) -> str | None:
    value = misfit(found, error, evidence)
    if value <= rules.misfit_most:
        return None
    return (
        f"This course is unlike those the model knows: its scores lie {value:.1f} times as far from any course as error "
        f"explains ({rules.misfit_most:g} is the limit). Check the rows and look at the curve itself."
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
