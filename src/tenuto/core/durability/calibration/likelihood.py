"""How likely the published figures are under one population: simulated protocols, sites integrated out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from tenuto.core.durability.calibration.table import Reported, Study
from tenuto.core.durability.conduct import conduct
from tenuto.core.durability.endpoints import effect_size, evaluate
from tenuto.core.durability.enrol import site_effects
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.model import Model
from tenuto.core.durability.normal import Floats, quantile
from tenuto.core.durability.population import Circumstances, Population
from tenuto.core.durability.quasi import sobol
from tenuto.core.durability.structure import CURRENT, Structure, structure
from tenuto.core.durability.trial import Trial

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

Build = Callable[[Population, Circumstances], Model]
"""The model of a population; another one can be put in its place."""

_NEVER_DAYS = 365.0
"""Days that stand for a median that is not reached."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How finely the likelihood is computed. The same seed gives the same function of the parameters."""

    seed: int = 1
    patients: int = 150
    """Simulated for each study and node of the study effects."""
    build: Build = Population.model
    version: str = CURRENT
    """Of the model: which parameters are estimated."""
    rows: Literal["read", "all", "first_table"] = "read"
    """Which rows are fitted: those that somebody has read in the source, or all; the others are only predicted."""

    @property
    def structure(self) -> Structure:
        """What is estimated."""
        return structure(self.version)

    def population(self, theta: Floats) -> Population:
        """A population of this version."""
        return Population(theta, self.structure)

    def fits(self, row: Reported) -> bool:
        """Whether a row counts in the fit."""
        if row.role == "predicted":
            return False
        if self.rows == "first_table":
            return row.first_table
        return self.rows == "all" or row.read


_NODES = 32


@cache
def _nodes(freedom: float) -> Floats:
    """Equally likely values of the three study effects, shape (nodes, 3): evenly spread, each effect in every stratum."""
    points = sobol(_NODES, 3)
    if freedom == 0:
        return quantile(points)
    if freedom != _CLOSED_FORM:
        raise ValueError(f"Study effects need {_CLOSED_FORM:g} degrees of freedom, or 0 for normal ones.")
    # Student's t with four degrees of freedom has its quantiles in closed form (Shaw 2006).
    root = np.sqrt(4 * points * (1 - points))
    away: Floats = np.sign(points - 0.5) * 2 * np.sqrt(np.cos(np.arccos(root) / 3) / root - 1)
    return away


_CLOSED_FORM = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What one population says about a study: each row's figure at each node, shape (rows, nodes)."""

    values: Floats
    log_weights: Floats


def predicted(study: Study, population: Population, settings: Settings) -> Predicted:
    """Simulate the study's protocol at each node of the study effects, always with the same random numbers."""
    trial, rng = study.trial, np.random.default_rng([settings.seed, *study.key.encode()])
    nodes = _nodes(population["study_freedom"])
    sites = min(trial.sites, settings.patients)
    if trial.studies > 1:
        scatter = site_effects(1, sites, population, rng, trial.studies)[0]
    else:
        scatter = math.sqrt(1 - population["shared_between_sites"]) * rng.standard_normal((sites, 3))
    scatter -= scatter.mean(axis=0)
    # The nodes stand for the mean effect over the study's sites; around it the sites scatter.
    effects = _spread_of_mean(trial, population) * nodes[:, None, :] + scatter
    values = expected_figures(study, population, settings, effects, rng)
    return Predicted(values, np.full(len(nodes), -math.log(len(nodes))))


def _spread_of_mean(trial: Trial, population: Population) -> float:
    """Scale of the mean effect over the sites of a study, or of several that are pooled."""
    shared = population["shared_between_sites"]
    return math.sqrt(shared / trial.studies + (1 - shared) / trial.sites)


_MORE_TO_COMPARE = 2
"""Times as many patients in each arm where arms are compared."""


def expected_figures(
    study: Study, population: Population, settings: Settings, effects: Floats, rng: np.random.Generator
) -> Floats:
    """Each row's figure among many patients at the sites `effects` (replicates, sites, 3), shape (rows, replicates)."""
    trial = study.trial
    model = settings.build(population, trial.circumstances)
    law = population.law(trial.circumstances, trial.measure)
    error = ErrorOfScale.of(trial.measure, population["error_correlation"])
    compared = any(row.arm == "difference" for row in study.rows)
    # Arms that are compared have the same patients and errors: their difference is then nearly free of chance.
    patients = settings.patients * (_MORE_TO_COMPARE if compared else 1)
    seed = rng.integers(2**63)
    records = {
        arm: conduct(
            trial,
            model,
            law,
            effects,
            patients,
            np.random.default_rng(seed) if compared else rng,
            control=arm == "control",
            error=error,
        )
        for arm in (("control", "drug") if compared else sorted({row.arm for row in study.rows}))
    }
    figures = {
        row.key: effect_size(trial, records["drug"], records["control"], endpoint)
        if row.arm == "difference"
        else evaluate(trial, records[row.arm], endpoint)[row.metric]
        for row, endpoint in zip(study.rows, trial.endpoints, strict=True)
    }
    return np.stack([figures[row.key] for row in study.rows])


def same_for(study: Study, one: Population, other: Population, settings: Settings) -> bool:
    """True when two populations can't differ for this study: same parts, same law."""
    at, measure = study.trial.circumstances, study.trial.measure
    if settings.build(one, at) != settings.build(other, at):
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
    """Log likelihood of a study's fitted rows together, its study effects integrated out.

    Rows of one study come from the same patients; each counts 1 / sqrt(rows), besides the weight of the table.
    """
    counted = [k for k, row in enumerate(study.rows) if settings.fits(row)]
    if not counted:
        return 0.0
    shrink = 1 / math.sqrt(len(counted))
    total = found.log_weights.copy()
    for k in counted:
        row = study.rows[k]
        total += row.weight * shrink * _log_probability(row, found.values[k], settings.patients)
    return _log_sum(total)


def log_score(row: Reported, figures: Floats, patients: int) -> float:
    """Log predictive probability of one row: the mean over equally likely trials with these expected figures."""
    return _log_sum(_log_probability(row, figures, patients)) - math.log(len(figures))
