"""Endpoints of a simulated trial, one figure for each replicate. Shares are in percent."""

from __future__ import annotations

import numpy as np

from tenuto.core.durability.conduct import Flags, ReportForms, after, day_of, day_since
from tenuto.core.durability.judged import mean_of, remits, responds
from tenuto.core.durability.metrics import Endpoint
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.relapse import relapse_figure
from tenuto.core.durability.trial import Trial

__all__ = ["effect_size", "evaluate"]

_IMPROVED = 0.2
"""Fall from baseline that counts as some improvement in `later_improvement`."""


def evaluate(trial: Trial, record: ReportForms, endpoint: Endpoint) -> dict[str, Floats]:
    """The endpoint in every replicate, shape (replicates,), by metric name (several for better_same_worse).

    Not a number where nobody is left to judge; infinite for a median that is not reached.
    """
    name = endpoint.metric
    if name in _BY_DAY:
        return {name: _BY_DAY[name](trial, record, day_of(trial, endpoint))}
    if name in ("response_by_infusion", "remission_by_infusion"):
        return {name: _by_infusion(trial, record, name.startswith("response"), endpoint)}
    if name in ("median_infusions_to_response", "median_infusions_to_remission"):
        return {name: _infusions_to(trial, record, name.endswith("response"), endpoint)}
    if name == "better_same_worse":
        return _better_same_worse(trial, record, endpoint)
    if name == "later_improvement":
        return {name: _later_improvement(trial, record, endpoint)}
    return {name: relapse_figure(trial, record, endpoint)}


def effect_size(trial: Trial, drug: ReportForms, control: ReportForms, endpoint: Endpoint) -> Floats:
    """How much lower the scores are with the drug, in pooled SDs of the score, in every replicate, shape (replicates,)."""
    day = day_of(trial, endpoint)
    means, variances = zip(*(_moments(*record.at(day)) for record in (drug, control)), strict=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        size: Floats = (means[1] - means[0]) / np.sqrt((variances[0] + variances[1]) / 2)
    return size


def _moments(score: Floats, present: Flags) -> tuple[Floats, Floats]:
    mean = mean_of(score, present)
    return mean, mean_of((score - mean[:, None]) ** 2, present)


def _percent(yes: Flags, among: Flags) -> Floats:
    count = among.sum(axis=1)
    share: Floats = np.where(count > 0, 100.0 * (yes & among).sum(axis=1) / np.maximum(count, 1), np.nan)
    return share


def _response(trial: Trial, record: ReportForms, day: float) -> Floats:
    return _percent(responds(trial, record, day), np.ones(record.entry.shape, dtype=bool))


def _remission(trial: Trial, record: ReportForms, day: float) -> Floats:
    return _percent(remits(trial, record, day), np.ones(record.entry.shape, dtype=bool))


def _score_mean(trial: Trial, record: ReportForms, day: float) -> Floats:
    return mean_of(*record.at(day))


def _score_change(trial: Trial, record: ReportForms, day: float) -> Floats:
    score, present = record.at(day)
    return mean_of(score - record.entry, present)


_BY_DAY = {
    "response": _response,
    "remission": _remission,
    "score_mean": _score_mean,
    "score_change": _score_change,
}


def _first_infusion(trial: Trial, record: ReportForms, response: bool) -> Floats:
    """The number of the infusion after which each patient first responded or remitted; infinite for never."""
    reached = np.full(record.entry.shape, np.inf)
    judge = responds if response else remits
    for k in range(len(trial.infusion_days), 0, -1):
        reached[judge(trial, record, after(trial, k))] = k
    return reached


def _by_infusion(trial: Trial, record: ReportForms, response: bool, endpoint: Endpoint) -> Floats:
    reached = _first_infusion(trial, record, response) <= _infusions_by(trial, endpoint)
    return _percent(reached, np.ones(record.entry.shape, dtype=bool))


def _infusions_by(trial: Trial, endpoint: Endpoint) -> int:
    """How many infusions of the series an endpoint looks at: all, unless it is judged at a time."""
    if endpoint.after_infusion is not None:
        return endpoint.after_infusion
    if endpoint.day is None:
        return len(trial.infusion_days)
    return sum(d <= day_of(trial, endpoint) for d in trial.infusion_days)


def _infusions_to(trial: Trial, record: ReportForms, response: bool, endpoint: Endpoint) -> Floats:
    """Median among those who got there."""
    first = _first_infusion(trial, record, response)
    return _median(np.where(first <= _infusions_by(trial, endpoint), first, np.inf))


def _median(values: Floats) -> Floats:
    """Median of the finite values of each row; not a number without any."""
    ordered, count = np.sort(values, axis=1), np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    low, high = np.maximum(count - 1, 0) // 2, np.maximum(count, 1) // 2
    middle = (ordered[rows, low] + ordered[rows, np.minimum(high, values.shape[1] - 1)]) / 2
    return np.where(count > 0, middle, np.nan)


def _better_same_worse(trial: Trial, record: ReportForms, endpoint: Endpoint) -> dict[str, Floats]:
    points = trial.measure.reliable if endpoint.points is None else endpoint.points
    start, there = record.at(day_since(trial, endpoint))
    end, still = record.at(day_of(trial, endpoint))
    both = there & still
    better, worse = end - start <= -points, end - start >= points
    return {
        "better": _percent(better, both),
        "same": _percent(~better & ~worse, both),
        "worse": _percent(worse, both),
    }


def _later_improvement(trial: Trial, record: ReportForms, endpoint: Endpoint) -> Floats:
    """Of those who had not improved after the second infusion, the share who have by the endpoint."""

    def improved(day: float) -> Flags:
        score, present = record.at(day)
        flags: Flags = (record.entry - score >= _IMPROVED * record.entry) & present
        return flags

    early = improved(after(trial, min(2, len(trial.infusion_days))))
    return _percent(improved(day_of(trial, endpoint)), ~early)
