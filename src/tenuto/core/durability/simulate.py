"""Simulates a trial many times and reports each endpoint with a predictive interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.conduct import ReportForms, conduct, days_of
from tenuto.core.durability.endpoints import effect_size, evaluate
from tenuto.core.durability.enrol import site_effects
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.parts import Benefit
from tenuto.core.durability.population import Population, PopulationFit
from tenuto.core.durability.trial import Trial, TrialError

__all__ = ["LEVELS", "EndpointFigure", "SimulationTask", "arms", "predict", "run_task", "summarise", "tasks"]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_PATIENTS_AT_ONCE, _SCORES_AT_ONCE = 100_000, 40_000_000
"""Of one task: its scores are held together until the endpoints are judged (9 bytes each)."""

_TRIALS_AT_ONCE, _POPULATIONS = 20, 100
"""Trials under one draw of the population at most, and draws at least where replicates suffice: the doubt about the
population is most of what a prediction leaves open."""


@dataclass(frozen=True, slots=True)
class EndpointFigure:
    """One reported figure over all replicates: quantiles at `LEVELS`."""

    metric: str
    at: str
    quantiles: tuple[float, ...]
    replicates: int


@dataclass(frozen=True, slots=True, eq=False)
class SimulationTask:
    """A share of the replicates, all under one draw of the population; carries its own seed."""

    trial: Trial
    population: Population
    replicates: int
    seed: np.random.SeedSequence


def tasks(trial: Trial, fit: PopulationFit, replicates: int, seed: int) -> Iterator[SimulationTask]:
    """Cut the work into pieces whose results do not depend on who does them or in which order.

    TrialError when one replicate alone is more than fits in memory.
    """
    largest, scores = max(trial.n, trial.n_control), len(days_of(trial))
    if largest * scores > _SCORES_AT_ONCE:
        raise TrialError(
            f"{trial.name}: {largest} patients with {scores} scores each are more than fit in memory. Give at most "
            f"{_SCORES_AT_ONCE // scores} patients, or fewer visits."
        )
    at_once = min(_PATIENTS_AT_ONCE, _SCORES_AT_ONCE // scores)
    size = max(1, min(_TRIALS_AT_ONCE, at_once // largest, -(-replicates // _POPULATIONS)))
    pieces = -(-replicates // size)
    root = np.random.SeedSequence(seed)
    drawn, *seeds = root.spawn(pieces + 1)
    normals = np.random.default_rng(drawn).standard_normal((pieces, len(fit.mean)))
    for k, population in enumerate(fit.draws(normals)):
        yield SimulationTask(trial, population, min(size, replicates - k * size), seeds[k])


def arms(task: SimulationTask, benefit: Benefit | None = None) -> Iterator[ReportForms]:
    """The task's replicates of the arm with drug, then of the control arm when the trial has one."""
    trial, rng = task.trial, np.random.default_rng(task.seed)
    model = task.population.model(trial.circumstances, benefit)
    law = task.population.law(trial.circumstances, trial.measure)
    effects = site_effects(task.replicates, trial.sites, task.population, rng, trial.studies)
    error = ErrorOfScale.of(trial.measure, task.population["error_correlation"])
    yield conduct(trial, model, law, effects, trial.n, rng, control=False, error=error)
    if trial.n_control:
        yield conduct(trial, model, law, effects, trial.n_control, rng, control=True, error=error)


def run_task(task: SimulationTask, benefit: Benefit | None = None) -> dict[tuple[str, str], Floats]:
    """Every endpoint in each of the task's replicates, keyed by metric and time."""
    trial = task.trial
    drug, *rest = arms(task, benefit)
    other = rest[0] if rest else None
    found: dict[tuple[str, str], Floats] = {}
    for endpoint in trial.endpoints:
        if endpoint.metric == "effect_size":
            if other is not None:
                found[endpoint.metric, endpoint.at] = effect_size(trial, drug, other, endpoint)
            continue
        for metric, values in evaluate(trial, drug, endpoint).items():
            found[metric, endpoint.at] = values
            if other is not None:
                control = evaluate(trial, other, endpoint)[metric]
                found[f"{metric}_control", endpoint.at] = control
                with np.errstate(invalid="ignore"):
                    found[f"{metric}_difference", endpoint.at] = values - control
    for metric, values in (("infusions_mean", drug.infusions.mean(axis=1)),) if trial.maintenance else ():
        found[metric, ""] = values
    return found


def summarise(values: Mapping[tuple[str, str], Floats]) -> list[EndpointFigure]:
    """Quantiles of each figure; replicates in which it could not be judged are left out and not counted."""
    rows = []
    for (metric, at), figures in values.items():
        known = figures[~np.isnan(figures)]
        if len(known):
            cuts = np.quantile(known, LEVELS, method="inverted_cdf")
            rows.append(EndpointFigure(metric, at, tuple(float(q) for q in cuts), len(known)))
        else:
            rows.append(EndpointFigure(metric, at, (float("nan"),) * len(LEVELS), 0))
    return rows


def predict(
    trial: Trial,
    fit: PopulationFit,
    replicates: int,
    seed: int,
    each: Callable[[Iterator[SimulationTask]], Iterator[dict[tuple[str, str], Floats]]] | None = None,
) -> list[EndpointFigure]:
    """Simulate `replicates` trials. Sites, sampling error and the doubt of the calibration are all in the spread.

    `each` runs the tasks (in order) elsewhere, such as on a cluster; the result is the same.
    """
    pieces = tasks(trial, fit, replicates, seed)
    gathered: dict[tuple[str, str], list[Floats]] = {}
    for found in each(pieces) if each else map(run_task, pieces):
        for key, values in found.items():
            gathered.setdefault(key, []).append(values)
    return summarise({key: np.concatenate(parts) for key, parts in gathered.items()})
