"""Endpoints of a simulated trial, one figure for each replicate. Shares are in percent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.conduct import Flags, ReportForms, after, day_of, day_since
from tenuto.core.durability.metrics import Endpoint
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.trial import Trial

__all__ = ["evaluate"]

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
    return {name: _relapse(trial, record, endpoint)}


def _percent(yes: Flags, among: Flags) -> Floats:
    count = among.sum(axis=1)
    share: Floats = np.where(count > 0, 100.0 * (yes & among).sum(axis=1) / np.maximum(count, 1), np.nan)
    return share


def _responds(trial: Trial, record: ReportForms, day: float) -> Flags:
    """Who was scored and had the fall that counts; a missing score is no response."""
    score, present = record.at(day)
    responds: Flags = (record.entry - score >= trial.response_fall * record.entry - 1e-9) & present
    return responds


def _remits(trial: Trial, record: ReportForms, day: float) -> Flags:
    score, present = record.at(day)
    remits: Flags = (score <= trial.remission_at_most) & present
    return remits


def _response(trial: Trial, record: ReportForms, day: float) -> Floats:
    return _percent(_responds(trial, record, day), np.ones(record.entry.shape, dtype=bool))


def _remission(trial: Trial, record: ReportForms, day: float) -> Floats:
    return _percent(_remits(trial, record, day), np.ones(record.entry.shape, dtype=bool))


def _mean(values: Floats, among: Flags) -> Floats:
    count = among.sum(axis=1)
    mean: Floats = np.where(count > 0, np.where(among, values, 0).sum(axis=1) / np.maximum(count, 1), np.nan)
    return mean


def _score_mean(trial: Trial, record: ReportForms, day: float) -> Floats:
    return _mean(*record.at(day))


def _score_change(trial: Trial, record: ReportForms, day: float) -> Floats:
    score, present = record.at(day)
    return _mean(score - record.entry, present)


_BY_DAY = {
    "response": _response,
    "remission": _remission,
    "score_mean": _score_mean,
    "score_change": _score_change,
}


def _first_infusion(trial: Trial, record: ReportForms, response: bool) -> Floats:
    """The number of the infusion after which each patient first responded or remitted; infinite for never."""
    reached = np.full(record.entry.shape, np.inf)
    judge = _responds if response else _remits
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


@dataclass(slots=True)
class _Survival:
    """Follow-up of responders from the end of the series, judged at each visit."""

    curve: list[Floats]
    days: list[float]
    relapsed_on: Floats


def _relapse(trial: Trial, record: ReportForms, endpoint: Endpoint) -> Floats:
    survival = _follow(trial, record)
    last = np.inf if endpoint.day is None else day_of(trial, endpoint) - trial.infusion_days[-1]
    if endpoint.metric == "mean_days_to_relapse_of_relapsers":
        within = survival.relapsed_on <= last
        return _mean(np.where(within, survival.relapsed_on, 0), within & np.isfinite(survival.relapsed_on))
    if endpoint.metric == "median_days_to_relapse":
        half = _half_time(survival)
        return np.where(half <= last, half, np.inf)
    free = np.full(len(record.entry), 100.0)
    for on, share in zip(survival.days, survival.curve, strict=True):
        if on <= last:
            free = 100 * share
    return free if endpoint.metric == "relapse_free" else 100 - free


def _half_time(survival: _Survival) -> Floats:
    half = np.full(len(survival.relapsed_on), np.inf)
    for on, share in zip(reversed(survival.days), reversed(survival.curve), strict=True):
        half = np.where(share <= 0.5, on, half)
    return half


def _follow(trial: Trial, record: ReportForms) -> _Survival:
    """Kaplan-Meier among those who respond after the last infusion of the series; days count from that infusion."""
    last = trial.infusion_days[-1]
    anchor = after(trial, len(trial.infusion_days))
    start, _ = record.at(anchor)
    at_risk = _responds(trial, record, anchor)
    gain = record.entry - start
    run = np.zeros(record.entry.shape)
    relapsed_on = np.full(record.entry.shape, np.inf)
    curve, days, share = [], [], np.where(at_risk.any(axis=1), 1.0, np.nan)
    for day in record.days:
        if day <= anchor or (trial.visit_days and day not in trial.visit_days):
            continue
        score, present = record.at(day)
        at_risk = at_risk & present
        if trial.relapse.fall_below is not None:
            low = record.entry - score < trial.relapse.fall_below * record.entry
        else:
            low = record.entry - score < (trial.relapse.gain_below or 0) * gain
        run = np.where(low, run + 1, 0)
        event = at_risk & (run >= trial.relapse.visits)
        count = at_risk.sum(axis=1)
        share = share * (1 - event.sum(axis=1) / np.maximum(count, 1))
        relapsed_on[event] = day - last
        at_risk = at_risk & ~event
        curve.append(share)
        days.append(day - last)
    return _Survival(curve, days, relapsed_on)
