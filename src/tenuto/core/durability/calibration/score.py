"""How well a fit predicts: each row from a fit that never saw its study, against the single-exponential baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np

from tenuto.core.durability.calibration.each import Each, one_by_one
from tenuto.core.durability.calibration.fit import Calibration, without
from tenuto.core.durability.calibration.likelihood import Settings, expected_figures, log_score
from tenuto.core.durability.calibration.table import Reported, Study
from tenuto.core.durability.enrol import site_effects
from tenuto.core.durability.normal import Floats

__all__ = ["RowResult", "cross_validated", "in_sample"]

_POPULATIONS, _TRIALS, _PATIENTS = 100, 8, 300
"""Behind each prediction: populations as likely as the fit leaves them, trials under each, patients in each trial."""
_MISSED = 0.1
"""What a 90 % interval leaves out."""


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
    def interval_score(self) -> float:
        """Width of the 90 % interval and 20 times what the figure lies outside it: lower is better (Gneiting 2007)."""
        outside = max(self.low - self.observed, self.observed - self.high, 0.0)
        return self.high - self.low + 2 / _MISSED * outside

    @property
    def hit(self) -> bool:
        """True when the figure lies in the 90 % predictive interval."""
        return self.low <= self.observed <= self.high


def cross_validated(
    studies: tuple[Study, ...], fit: Calibration, settings: Settings, each: Each = one_by_one
) -> list[RowResult]:
    """Every row predicted by the fit without its group of studies."""
    groups = list(dict.fromkeys(study.group for study in studies))
    return list(chain.from_iterable(each(partial(_left_out, studies, fit, settings), groups)))


def _left_out(
    studies: tuple[Study, ...], fit: Calibration, settings: Settings, group: str
) -> list[RowResult]:
    members = [k for k, study in enumerate(studies) if study.group == group]
    rest = without(fit, studies, members, settings)
    return [row for k in members for row in _rows(rest, settings, studies[k])]


def in_sample(
    studies: tuple[Study, ...], fit: Calibration, settings: Settings, each: Each = one_by_one
) -> list[RowResult]:
    """Every row predicted by the fit to all studies, its own included."""
    return list(chain.from_iterable(each(partial(_rows, fit, settings), studies)))


def _rows(fit: Calibration, settings: Settings, study: Study) -> list[RowResult]:
    if not any(row.scored for row in study.rows):
        return []
    rng = np.random.default_rng([settings.seed, 7, *study.key.encode()])
    figures = predicted_figures(study, fit, settings, rng)
    results = []
    for k, row in enumerate(study.rows):
        if not row.scored:
            continue
        sampled = _sampled(row, figures[k], rng)
        low, middle, high = (float(q) for q in np.quantile(sampled, (0.05, 0.5, 0.95), method="inverted_cdf"))
        score = log_score(row, figures[k], _PATIENTS)
        results.append(RowResult(row.key, row.value, low, middle, high, score, row.weight))
    return results


def predicted_figures(study: Study, fit: Calibration, settings: Settings, rng: np.random.Generator) -> Floats:
    """Each row's expected figure in equally likely trials, shape (rows, trials): doubt about the population, and sites."""
    root = np.linalg.cholesky(fit.covariance)
    figures = []
    for normals in rng.standard_normal((_POPULATIONS, len(fit.mean))):
        population = settings.population(fit.mean + root @ normals)
        effects = site_effects(
            _TRIALS, min(study.trial.sites, _PATIENTS), population, rng, study.trial.studies
        )
        own = replace(settings, patients=_PATIENTS)
        figures.append(expected_figures(study, population, own, effects, rng))
    return np.concatenate(figures, axis=1)


def _sampled(row: Reported, figure: Floats, rng: np.random.Generator) -> Floats:
    """What a study of that size would have published around each expected figure."""
    figure = np.clip(np.nan_to_num(figure, nan=0.0), -365.0, 365.0)
    if row.is_share and row.n is not None:
        share: Floats = 100 * rng.binomial(round(row.n), figure / 100) / round(row.n)
        return share
    noisy: Floats = figure + (row.se or math.nan) * rng.standard_normal(len(figure))
    return np.clip(noisy, 0, 100) if row.is_share else noisy
