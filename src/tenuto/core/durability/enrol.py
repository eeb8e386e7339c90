"""Synthetic patients for a trial: drawn from the law of the population, with the trial's own sites and baseline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tenuto.core.durability.normal import Floats, cdf, quantile
from tenuto.core.durability.patients import LATENT, PatientParameters
from tenuto.core.durability.population import Law, Population
from tenuto.core.durability.trial import Baseline
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = ["enrol", "site_effects"]


def site_effects(
    replicates: int, sites: int, population: Population, rng: np.random.Generator, studies: int = 1
) -> Floats:
    """Effects of each site on gain, durability and context in their scales, shape (replicates, sites, 3).

    The sites of one study have a part in common, and that part is heavy-tailed: some studies are far from all others.
    studies: how many are pooled in one replicate; sites go to them in turn.
    """
    studies = min(studies, sites)
    shared = population["shared_between_sites"]
    common = rng.standard_normal((replicates, studies, 3))
    freedom = population["study_freedom"]
    if freedom > 0:
        common /= np.sqrt(rng.chisquare(freedom, (replicates, studies, 3)) / freedom)
    own = rng.standard_normal((replicates, sites, 3))
    of_study = common[:, np.arange(sites) % studies, :]
    effects: Floats = np.sqrt(shared) * of_study + np.sqrt(1 - shared) * own
    return effects


def enrol(
    law: Law, measure: ScaleMeasure, baseline: Baseline, n: int, effects: Floats, rng: np.random.Generator
) -> tuple[PatientParameters, Floats]:
    """Draw `n` patients for each replicate.

    `effects` as from `site_effects`; patients go to the sites in turn. What is not known of the population (the
    law's doubt) is drawn once a replicate. Returns the patients, flattened to shape (replicates * n,), and their
    observed scores at entry, shape (replicates, n).
    """
    replicates, sites, _ = effects.shape
    size = len(LATENT)
    latent = rng.standard_normal((replicates, n, size)) @ _root(law.between).T + law.mean
    latent += (rng.standard_normal((replicates, size)) @ _root(law.doubt).T)[:, None, :]
    scale = np.sqrt(np.diag(law.site))
    for coordinate, effect in _MOVED_BY.items():
        at_site = effects[:, :, effect] * scale[LATENT.index(coordinate)]
        latent[:, :, LATENT.index(coordinate)] += at_site[:, np.arange(n) % sites]
    patients = PatientParameters.from_latent(latent.reshape(-1, size))
    entry, level = _baselines(measure, baseline, (replicates, n), rng)
    return replace(patients, baseline=level.reshape(-1)), entry


_MOVED_BY = {"log_gain": 0, "log_fast": 1, "log_slow_extra": 1, "expectancy": 2, "growth": 2}
"""Which of a site's three effects moves which coordinate."""


def _root(covariance: Floats) -> Floats:
    """A square root of a covariance that may be singular.

    Triangular, so that it moves little when the covariance does: the same random numbers then stand for nearly the same
    patients. Eigenvectors may turn or change sign at a touch.
    """
    raised = covariance + _JITTER * np.eye(len(covariance))
    return np.asarray(np.linalg.cholesky(raised), dtype=np.float64)


_JITTER = 1e-12


def _baselines(
    measure: ScaleMeasure, baseline: Baseline, shape: tuple[int, int], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Observed scores at entry and the levels behind them: who got in on a high score is on average a little lower."""
    spread, error = baseline.sd, measure.error_sd
    least = measure.lowest + measure.step if baseline.least is None else baseline.least
    shut = float(cdf(np.array([(least - measure.step / 2 - baseline.mean) / spread]))[0])
    within = shut + (1 - shut) * rng.uniform(1e-9, 1 - 1e-9, shape)
    score = baseline.mean + spread * quantile(within)
    kept = 1 - (error / spread) ** 2
    level = (
        baseline.mean + kept * (score - baseline.mean) + error * np.sqrt(kept) * rng.standard_normal(shape)
    )
    entry = np.clip(
        np.rint(score / measure.step) * measure.step, measure.lowest + measure.step, measure.highest
    )
    return entry, np.maximum(level, measure.step)
