"""How likely the published figures are under one population: simulated protocols, sites integrated out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from tenuto.core.durability.calibration.table import Reported, Study
from tenuto.core.durability.conduct import conduct
from tenuto.core.durability.endpoints import evaluate
from tenuto.core.durability.model import Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import Population, priors

__all__ = [
    "Build",
    "Predicted",
    "Settings",
    "expected_figures",
    "log_score",
    "predicted",
    "same_for",
    "study_log_likelihood",
]

Build = Callable[[Population], Model]
"""The model of a population; another one can be put in its place."""

_NEVER_DAYS = 365.0
"""Days that stand for a median that is not reached."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How finely the likelihood is computed. The same seed gives the same function of the parameters."""

    seed: int = 1
    patients: int = 300
    """Simulated for each study and site node."""
    build: Build = Population.model


@cache
def _nodes() -> tuple[Floats, Floats]:
    """Gauss-Hermite nodes of the two site effects, shape (9, 2), and the logs of their weights."""
    points, weights = np.polynomial.hermite_e.hermegauss(3)
    weights = weights / weights.sum()
    grid = np.array([(a, b) for a in points for b in points])
    return grid, np.log(np.array([v * w for v in weights for w in weights]))


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What one population says about a study: each row's figure at each site node, shape (rows, nodes)."""

    values: Floats
    log_weights: Floats


def predicted(study: Study, population: Population, settings: Settings) -> Predicted:
    """Simulate the study's protocol at each site node, always with the same random numbers."""
    trial, rng = study.trial, np.random.default_rng([settings.seed, *study.key.encode()])
    nodes, log_weights = _nodes()
    sites = min(trial.sites, settings.patients)
    scatter = rng.standard_normal((sites, 2))
    scatter -= scatter.mean(axis=0)
    shared = priors()["fixed"]["shared_between_sites"]["value"]
    # The nodes stand for the mean effect over the study's sites; around it the sites scatter.
    effects = (
        math.sqrt(shared + (1 - shared) / trial.sites) * nodes[:, None, :] + math.sqrt(1 - shared) * scatter
    )
    return Predicted(expected_figures(study, population, settings, effects, rng), log_weights)


def expected_figures(
    study: Study, population: Population, settings: Settings, effects: Floats, rng: np.random.Generator
) -> Floats:
    """Each row's figure among many patients at the sites `effects` (replicates, sites, 2), shape (rows, replicates)."""
    trial = study.trial
    model = settings.build(population)
    law = population.law(trial.circumstances, trial.measure)
    figures: dict[str, Floats] = {}
    for arm in sorted({row.arm for row in study.rows}):
        record = conduct(trial, model, law, effects, settings.patients, rng, control=arm == "control")
        for row, endpoint in zip(study.rows, trial.endpoints, strict=True):
            if row.arm == arm:
                figures[row.key] = evaluate(trial, record, endpoint)[row.metric]
    return np.stack([figures[row.key] for row in study.rows])


def same_for(study: Study, one: Population, other: Population, settings: Settings) -> bool:
    """True when two populations can't differ for this study: same parts, same law."""
    at, measure = study.trial.circumstances, study.trial.measure
    if settings.build(one) != settings.build(other):
        return False
    laws = one.law(at, measure), other.law(at, measure)
    return all(np.array_equal(getattr(laws[0], f), getattr(laws[1], f)) for f in ("mean", "between", "site"))


def _log_probability(row: Reported, figure: Floats, patients: int) -> Floats:
    """Log probability of a published figure around its expected value at each node."""
    if row.is_share and row.n is not None:
        # Half a patient each way: a share of 0 % among a few hundred simulated is not impossible in fact.
        share = (np.nan_to_num(figure) / 100 * patients + 0.5) / (patients + 1)
        yes = row.value / 100 * row.n
        ways = math.lgamma(row.n + 1) - math.lgamma(yes + 1) - math.lgamma(row.n - yes + 1)
        return ways + yes * np.log(share) + (row.n - yes) * np.log1p(-share)
    if row.se is None:
        raise ValueError(f"Row {row.key} has neither n nor se.")
    figure = np.clip(np.nan_to_num(figure, nan=0.0), -_NEVER_DAYS, _NEVER_DAYS)
    z = (row.value - figure) / row.se
    return -0.5 * z * z - math.log(row.se * math.sqrt(2 * math.pi))


def _log_sum(values: Floats) -> float:
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum()))


def study_log_likelihood(study: Study, found: Predicted, settings: Settings) -> float:
    """Log likelihood of a study's rows together, its site integrated out.

    Rows of one study come from the same patients; each counts 1 / sqrt(rows), besides the weight of the table.
    """
    shrink = 1 / math.sqrt(len(study.rows))
    total = found.log_weights.copy()
    for row, figure in zip(study.rows, found.values, strict=True):
        total += row.weight * shrink * _log_probability(row, figure, settings.patients)
    return _log_sum(total)


def log_score(row: Reported, found: list[Floats], log_weights: Floats, settings: Settings) -> float:
    """Log predictive probability of one row, averaged over populations (`found`) and site nodes."""
    each = [_log_sum(log_weights + _log_probability(row, figure, settings.patients)) for figure in found]
    return _log_sum(np.array(each)) - math.log(len(each))
