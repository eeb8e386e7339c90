"""Runs one arm of a trial: infusions, scores, stopping, maintenance, dropout, for many replicates at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenuto.core.durability.enrol import enrol
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.metrics import Endpoint
from tenuto.core.durability.model import Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import Law
from tenuto.core.durability.trial import Trial

__all__ = ["Flags", "ReportForms", "after", "conduct", "day_of", "day_since", "days_of"]

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ReportForms:
    """What the arm's case report forms hold. Arrays have shape (days, replicates, n)."""

    days: tuple[float, ...]
    entry: Floats
    """Scores before treatment, shape (replicates, n)."""
    scores: Floats
    present: Flags
    infusions: Floats
    """Infusions given to each patient, shape (replicates, n)."""
    last_infusion: Floats
    """Day of each patient's last infusion of the series, shape (replicates, n)."""

    def at(self, day: float) -> tuple[Floats, Flags]:
        """Scores and who was there on a day that the trial scores; day 0 is entry, when all are there."""
        if day <= 0:
            return self.entry, np.ones(self.entry.shape, dtype=bool)
        k = self.days.index(day)
        return self.scores[k], self.present[k]


def after(trial: Trial, infusion: int) -> float:
    """The day on which the effect of the nth infusion (1 first) is scored: the next, or before the one that follows."""
    day = trial.infusion_days[infusion - 1]
    later = trial.infusion_days[infusion:]
    return min(day + 1, later[0]) if later else day + 1


def day_of(trial: Trial, endpoint: Endpoint) -> float:
    """The day from the first infusion on which an endpoint is judged."""
    if endpoint.after_infusion is not None:
        return after(trial, endpoint.after_infusion)
    return endpoint.judged_on(trial.infusion_days)


def day_since(trial: Trial, endpoint: Endpoint) -> float:
    """The day on which the change that an endpoint judges begins: by default that of the last infusion of the series."""
    if endpoint.since_day is None:
        return trial.infusion_days[-1]
    return trial.infusion_days[0] + endpoint.since_day


def days_of(trial: Trial) -> tuple[float, ...]:
    """Every day on which the trial takes a score."""
    days = set(trial.visit_days) | set(trial.infusion_days[1:])
    days |= {after(trial, k) for k in range(1, len(trial.infusion_days) + 1)}
    for endpoint in trial.endpoints:
        if endpoint.day is not None or endpoint.after_infusion is not None:
            days.add(day_of(trial, endpoint))
        days.add(day_since(trial, endpoint))
    if trial.relapse.counted_on is not None:
        days.add(trial.relapse.counted_on)
    if trial.maintenance is not None and trial.maintenance.every_days is not None:
        days |= set(_fixed_maintenance(trial))
    return tuple(sorted(d for d in days if d > 0))


def _fixed_maintenance(trial: Trial) -> list[float]:
    plan = trial.maintenance
    if plan is None or plan.every_days is None:
        return []
    days = np.arange(trial.infusion_days[-1] + plan.every_days, plan.until_day + 1e-9, plan.every_days)
    return [float(d) for d in days]


def conduct(
    trial: Trial,
    model: Model,
    law: Law,
    effects: Floats,
    n: int,
    rng: np.random.Generator,
    *,
    control: bool,
    error: ErrorOfScale | None = None,
) -> ReportForms:
    """Run one arm of `n` patients for each replicate. The control arm gets dose 0 on the same days."""
    patients, entry = enrol(law, trial.measure, trial.baseline, n, effects, rng)
    shape = entry.shape
    error = error or ErrorOfScale.of(trial.measure)
    writing = _Writing(error, entry, patients.baseline.reshape(shape), rng)
    leaves = _leaving(trial, shape, rng)
    days = days_of(trial)
    fixed = set(trial.infusion_days) | set(_fixed_maintenance(trial))
    series_end = trial.infusion_days[-1]
    scores, present = np.empty((len(days), *shape)), np.empty((len(days), *shape), dtype=bool)
    needs = _Needs(trial, entry)
    stopped = np.zeros(shape, dtype=bool)
    walk = model.start(patients, 0.0)
    dose = 0.0 if control else trial.dose
    given, last_infusion = np.zeros(shape), np.zeros(shape)
    for day in sorted(fixed | set(days)):
        walk.to(day)
        who = np.full(shape, day in fixed)
        if day in days:
            k = days.index(day)
            scores[k] = writing.down(day, walk.score().reshape(shape))
            present[k] = leaves > day
            if trial.stop_at_remission and day <= series_end:
                stopped |= scores[k] <= trial.remission_at_most
                who &= ~stopped
            if day > series_end:
                who |= needs.judge(day, scores[k])
            elif day == series_end or day in trial.infusion_days:
                needs.follow(scores[k])
        who &= leaves > day
        if who.any() or day == trial.infusion_days[0]:
            walk.infuse(dose, who.reshape(-1).astype(float))
            needs.given(day, who)
            given += who
            if day <= series_end:
                last_infusion[who] = day
    return ReportForms(days, entry, scores, present, given, last_infusion)


class _Writing:
    """Writes scores down one after the other; the error of each is correlated with that of the one before."""

    def __init__(self, error: ErrorOfScale, entry: Floats, level: Floats, rng: np.random.Generator) -> None:
        self.error, self.rng, self.day, self.last = error, rng, 0.0, entry - level

    def down(self, day: float, expected: Floats) -> Floats:
        kept = float(self.error.correlation(day - self.day))
        noise = self.rng.standard_normal(expected.shape)
        score = self.error.observe(expected, noise, last=self.last, kept=kept)
        self.day, self.last = day, score - expected
        return score


def _leaving(trial: Trial, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """The day on which each patient stops coming."""
    if trial.dropout_per_week <= 0:
        return np.full(shape, np.inf)
    rate = -np.log1p(-min(trial.dropout_per_week, 1 - 1e-9)) / 7
    return rng.exponential(1 / rate, shape)


class _Needs:
    """Who needs an infusion under the as-needed rule: the relapse definition, on scores in a row, after a gap."""

    def __init__(self, trial: Trial, entry: Floats) -> None:
        self.plan, self.relapse, self.entry = trial.maintenance, trial.relapse, entry
        self.best, self.run = entry.copy(), np.zeros(entry.shape)
        self.last = np.full(entry.shape, -np.inf)

    def follow(self, score: Floats) -> None:
        self.best = np.minimum(self.best, score)

    def given(self, day: float, who: Flags) -> None:
        self.last = np.where(who, day, self.last)
        self.run = np.where(who, 0.0, self.run)

    def judge(self, day: float, score: Floats) -> Flags:
        plan = self.plan
        if plan is None or not plan.as_needed or day > plan.until_day:
            return np.zeros(score.shape, dtype=bool)
        kept = 0.5 if self.relapse.gain_below is None else self.relapse.gain_below
        low = (self.entry - score < kept * (self.entry - self.best)) & (self.best < self.entry)
        self.run = np.where(low, self.run + 1, 0.0)
        self.follow(score)
        return (self.run >= self.relapse.visits) & (day - self.last >= plan.shortest_gap_days)
