"""Synthetic patients for a trial: drawn from the law of the population, with the trial's own sites and baseline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tenuto.core.durability.normal import Floats, cdf, quantile
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import Law, priors
from tenuto.core.durability.trial import Baseline
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = ["enrol", "site_effects"]


def site_effects(replicates: int, sites: int, rng: np.random.Generator) -> Floats:
    """Effects of each site on gain and on durability in SDs between sites, shape (replicates, sites, 2).

    The sites of one replicate have a part in common.
    """
    shared = priors()["fixed"]["shared_between_sites"]["value"]
    common = rng.standard_normal((replicates, 1, 2))
    own = rng.standard_normal((replicates, sites, 2))
    effects: Floats = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
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
    latent = rng.standard_normal((replicates, n, 7)) @ _root(law.between).T + law.mean
    latent += (rng.standard_normal((replicates, 7)) @ _root(law.doubt).T)[:, None, :]
    at_site = effects[:, np.arange(n) % sites, :]
    latent[:, :, 0] += np.sqrt(law.site[0, 0]) * at_site[:, :, 0]
    latent[:, :, 1:3] += np.sqrt(law.site[1, 1]) * at_site[:, :, 1:2]
    patients = PatientParameters.from_latent(latent.reshape(-1, 7))
    entry, level = _baselines(measure, baseline, (replicates, n), rng)
    return replace(patients, baseline=level.reshape(-1)), entry


def _root(covariance: Floats) -> Floats:
    """A matrix whose square is a covariance that may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    root: Floats = vectors * np.sqrt(np.maximum(values, 0))
    return root


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
