"""How well a fit predicts: each row from a fit that never saw its study, against the single-exponential baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.calibration.fit import Calibration, without
from tenuto.core.durability.calibration.likelihood import (
    Settings,
    expected_figures,
    log_score,
    predicted,
)
from tenuto.core.durability.calibration.table import Reported, Study
from tenuto.core.durability.enrol import site_effects
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.population import HYPER, Population

__all__ = ["RowResult", "cross_validated", "in_sample"]

_FOR_SCORE, _FOR_INTERVAL = 48, 400


@dataclass(frozen=True, slots=True)
class RowResult:
    """One published figure and what was predicted of it."""

    key: str
    observed: float
    low: float
    middle: float
    high: float
    """5 %, 50 % and 95 % of the predictive distribution, sampling error included."""
    log_score: float
    weight: float

    @property
    def hit(self) -> bool:
        """True when the figure lies in the 90 % predictive interval."""
        return self.low <= self.observed <= self.high


def cross_validated(studies: tuple[Study, ...], fit: Calibration, settings: Settings) -> list[RowResult]:
    """Every row predicted by the fit without its group of studies."""
    results = []
    for group in dict.fromkeys(study.group for study in studies):
        members = [k for k, study in enumerate(studies) if study.group == group]
        rest = without(fit, studies, members, settings)
        results += [row for k in members for row in _rows(studies[k], rest, settings)]
    return results


def in_sample(studies: tuple[Study, ...], fit: Calibration, settings: Settings) -> list[RowResult]:
    """Every row predicted by the fit to all studies, its own included."""
    return [row for study in studies for row in _rows(study, fit, settings)]


def _rows(study: Study, fit: Calibration, settings: Settings) -> list[RowResult]:
    rng = np.random.default_rng([settings.seed, 7, *study.key.encode()])
    root = np.linalg.cholesky(fit.covariance)
    draws = [Population(fit.mean + root @ z) for z in rng.standard_normal((_FOR_INTERVAL, len(HYPER)))]
    some = [predicted(study, population, settings) for population in draws[:_FOR_SCORE]]
    figures = np.stack([_one_trial(study, population, settings, rng) for population in draws], axis=1)
    results = []
    for k, row in enumerate(study.rows):
        sampled = _sampled(row, figures[k], rng)
        low, middle, high = (float(q) for q in np.quantile(sampled, (0.05, 0.5, 0.95), method="inverted_cdf"))
        score = log_score(row, [one.values[k] for one in some], some[0].log_weights, settings)
        results.append(RowResult(row.key, row.value, low, middle, high, score, row.weight))
    return results


def _one_trial(study: Study, population: Population, settings: Settings, rng: np.random.Generator) -> Floats:
    """Expected figures at one random set of sites, shape (rows,)."""
    effects = site_effects(1, min(study.trial.sites, settings.patients), rng)
    return expected_figures(study, population, settings, effects, rng)[:, 0]


def _sampled(row: Reported, figure: Floats, rng: np.random.Generator) -> Floats:
    """What a study of that size would have published around each expected figure."""
    figure = np.clip(np.nan_to_num(figure, nan=0.0), -365.0, 365.0)
    if row.is_share and row.n is not None:
        share: Floats = 100 * rng.binomial(round(row.n), figure / 100) / round(row.n)
        return share
    noisy: Floats = figure + (row.se or math.nan) * rng.standard_normal(len(figure))
    return np.clip(noisy, 0, 100) if row.is_share else noisy
