"""Relapse after the series: who is followed, from when, and the Kaplan-Meier figures of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.conduct import Flags, ReportForms, after, day_of
from tenuto.core.durability.judged import mean_of, remits, responds
from tenuto.core.durability.metrics import Endpoint
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.trial import Trial

__all__ = ["relapse_figure"]


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """The start of follow-up of each patient, every field of shape (replicates, n)."""

    day: Floats
    """Day of the trial on which the patient is counted."""
    last_infusion: Floats
    score: Floats
    followed: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _FollowUp:
    """Days from the last infusion to relapse, or to the last visit without it, shape (replicates, n)."""

    days: Floats
    relapsed: Flags
    followed: Flags


def relapse_figure(trial: Trial, record: ReportForms, endpoint: Endpoint) -> Floats:
    """A figure of relapse in every replicate, shape (replicates,); not a number where nobody is followed."""
    seen = _followed_up(trial, record)
    last = np.inf if endpoint.day is None else day_of(trial, endpoint) - trial.infusion_days[-1]
    if endpoint.metric == "mean_days_to_relapse_of_relapsers":
        within = seen.relapsed & (seen.days <= last)
        return mean_of(np.where(within, seen.days, 0), within)
    if endpoint.metric == "median_days_to_relapse":
        half = _half_time(seen)
        return np.where(half <= last, half, np.inf)
    free = np.where(seen.followed.any(axis=1), 100.0, np.nan)
    for on, share in _curve(seen):
        if on <= last:
            free = 100 * share
    return free if endpoint.metric == "relapse_free" else 100 - free


def _curve(seen: _FollowUp) -> list[tuple[float, Floats]]:
    """Kaplan-Meier: days on which somebody relapses, each with the share still free, shape (replicates,)."""
    share = np.where(seen.followed.any(axis=1), 1.0, np.nan)
    curve = []
    for day in np.unique(seen.days[seen.relapsed]):
        at_risk = (seen.followed & (seen.days >= day)).sum(axis=1)
        events = (seen.relapsed & (seen.days == day)).sum(axis=1)
        share = share * (1 - events / np.maximum(at_risk, 1))
        curve.append((float(day), share))
    return curve


def _half_time(seen: _FollowUp) -> Floats:
    half = np.full(len(seen.days), np.inf)
    for on, share in reversed(_curve(seen)):
        half = np.where(share <= 0.5, on, half)
    return half


def _followed_up(trial: Trial, record: ReportForms) -> _FollowUp:
    """Each patient followed from visit to visit until relapse, loss or the end."""
    start = _start(trial, record)
    shape = record.entry.shape
    relapsed, gone = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    run, days = np.zeros(shape), np.zeros(shape)
    for day in record.days:
        if trial.visit_days and day not in trial.visit_days:
            continue
        score, present = record.at(day)
        due = start.followed & ~relapsed & ~gone & (day > start.day)
        lost = due & ~present
        seen = due & present
        run = np.where(seen, np.where(_bad(trial, record, score, start), run + 1, 0), run)
        falls = seen & (run >= trial.relapse.visits)
        gone |= lost
        if trial.relapse.lost_relapses:
            falls |= lost
        days = np.where(seen | falls, day - start.last_infusion, days)
        relapsed |= falls
    return _FollowUp(days, relapsed, start.followed)


def _bad(trial: Trial, record: ReportForms, score: Floats, start: _Start) -> Flags:
    """Scores that count towards relapse."""
    relapse = trial.relapse
    if relapse.score_above is not None:
        above: Flags = score > relapse.score_above
        return above
    if relapse.fall_below is not None:
        low: Flags = record.entry - score < relapse.fall_below * record.entry
        return low
    lost: Flags = record.entry - score < (relapse.gain_below or 0) * (record.entry - start.score)
    return lost


def _start(trial: Trial, record: ReportForms) -> _Start:
    """Where follow-up begins: on one day for all, or after each patient's own last infusion of the series."""
    judge = remits if trial.relapse.among == "remitters" else responds
    end = trial.infusion_days[-1]
    if not trial.relapse.own_last:
        day = after(trial, len(trial.infusion_days))
        if trial.relapse.counted_on is not None:
            day = trial.relapse.counted_on
        shape = record.entry.shape
        return _Start(np.full(shape, day), np.full(shape, end), record.at(day)[0], judge(trial, record, day))
    days, score, followed = (
        np.zeros_like(record.entry),
        record.entry.copy(),
        np.zeros(record.entry.shape, bool),
    )
    for k, given in enumerate(trial.infusion_days, 1):
        day, own = after(trial, k), record.last_infusion == given
        days[own] = day
        score[own] = record.at(day)[0][own]
        followed |= own & judge(trial, record, day)
    return _Start(days, record.last_infusion, score, followed)
