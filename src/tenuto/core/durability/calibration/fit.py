"""Finds the most probable population and how far the table leaves it open: damped Newton steps on simulated protocols."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from tenuto.core.durability.calibration.each import Each, one_by_one
from tenuto.core.durability.calibration.likelihood import (
    Predicted,
    Settings,
    predicted,
    same_for,
    study_log_likelihood,
)
from tenuto.core.durability.calibration.table import Reported, Study
from tenuto.core.durability.normal import Floats

__all__ = ["Calibration", "calibrate", "log_posterior", "without"]

_STEP = 0.15
"""Width of the differences in prior SDs: wide enough to average over the jumps of simulated shares."""


_DAMPINGS = (0.0, 0.5, 2.0, 8.0, 32.0, 128.0, 512.0)
"""How much each tried step is held back, in prior precisions; the best one is taken."""
_LEFT_OUT_DAMPINGS = (0.0, 2.0, 32.0)
"""The same for the single step to the fit without a study, which is short."""
_GAIN = 0.05
"""Rise of the log posterior below which the fit is done."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The fit, with each study's own share of gradient and precision so that a study can be taken out again."""

    mean: Floats
    precision: Floats
    gradients: Floats
    """Shape (studies, parameters)."""
    informations: Floats
    """Shape (studies, parameters, parameters)."""
    log_posterior: float
    steps: int

    @property
    def covariance(self) -> Floats:
        """Inverse of the precision."""
        return np.asarray(np.linalg.inv(self.precision), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Everything known at one point."""

    log_posterior: float
    gradients: Floats
    informations: Floats


def calibrate(
    studies: tuple[Study, ...],
    settings: Settings,
    *,
    start: Floats | None = None,
    most_steps: int = 25,
    report: Callable[[str], None] = lambda _: None,
    each: Each = one_by_one,
) -> Calibration:
    """Fit the population to the studies, starting at the prior or `start`. Deterministic for given settings.

    each: how the studies are simulated, which changes the time and not the result.

    Each step solves the Gauss-Newton system of the rows' expected figures with the gradient of the simulated log
    posterior, held back as far as is best.
    """
    prior_mean, prior_sd = settings.structure.prior()
    theta, steps = (prior_mean if start is None else start).copy(), 0
    look = _look(theta, studies, settings, each)
    for steps in range(1, most_steps + 1):
        pull = look.gradients.sum(axis=0) - (theta - prior_mean) / prior_sd**2
        precision = look.informations.sum(axis=0) + np.diag(prior_sd**-2.0)
        tried = [
            theta + np.linalg.solve(precision + more * np.diag(prior_sd**-2.0), pull) for more in _DAMPINGS
        ]
        values = [log_posterior(one, studies, settings, each) for one in tried]
        best = int(np.nanargmax(values))
        gained = values[best] - look.log_posterior
        if gained <= 0:
            break
        report(f"step {steps}: log posterior {values[best]:.3f}")
        theta = tried[best]
        look = _look(theta, studies, settings, each)
        if gained < _GAIN:
            break
    precision = look.informations.sum(axis=0) + np.diag(prior_sd**-2.0)
    return Calibration(theta, precision, look.gradients, look.informations, look.log_posterior, steps)


def without(
    fit: Calibration, studies: tuple[Study, ...], left_out: list[int], settings: Settings
) -> Calibration:
    """The fit without some studies: one Newton step from the full fit, held back as far as the other studies ask."""
    kept = [k for k in range(len(studies)) if k not in left_out]
    _, prior_sd = settings.structure.prior()
    precision = fit.precision - fit.informations[left_out].sum(axis=0)
    pull = -fit.gradients[left_out].sum(axis=0)
    moves = [np.linalg.solve(precision + more * np.diag(prior_sd**-2.0), pull) for more in _LEFT_OUT_DAMPINGS]
    tried = [fit.mean, *(fit.mean + move for move in moves)]
    others = tuple(studies[k] for k in kept)
    values = [log_posterior(one, others, settings) for one in tried]
    best = int(np.argmax(values))
    return Calibration(
        tried[best], precision, fit.gradients[kept], fit.informations[kept], values[best], fit.steps
    )


def log_posterior(
    theta: Floats, studies: tuple[Study, ...], settings: Settings, each: Each = one_by_one
) -> float:
    """Log prior plus log likelihood of the simulated studies, up to a constant."""
    total = _log_prior(theta, settings)
    for brought in each(partial(_brought, theta, settings), studies):
        total += brought
    return total


def _log_prior(theta: Floats, settings: Settings) -> float:
    mean, sd = settings.structure.prior()
    return -0.5 * float((((theta - mean) / sd) ** 2).sum())


def _brought(theta: Floats, settings: Settings, study: Study) -> float:
    """Log likelihood of one study."""
    if not any(settings.fits(row) for row in study.rows):
        return 0.0
    # A step of the fit that is held back too little may go where gains overflow; it simply loses.
    with np.errstate(over="ignore", invalid="ignore"):
        return study_log_likelihood(study, predicted(study, settings.population(theta), settings), settings)


def _look(theta: Floats, studies: tuple[Study, ...], settings: Settings, each: Each) -> _Look:
    """Log posterior, and each study's gradient and expected information."""
    total, gradients, informations = _log_prior(theta, settings), [], []
    for brought, gradient, information in each(partial(_look_at, theta, settings), studies):
        total += brought
        gradients.append(gradient)
        informations.append(information)
    return _Look(total, np.stack(gradients), np.stack(informations))


def _look_at(theta: Floats, settings: Settings, study: Study) -> tuple[float, Floats, Floats]:
    """Log likelihood of one study, its gradient and expected information, by central differences."""
    counted = [k for k, row in enumerate(study.rows) if settings.fits(row)]
    gradient, slopes = np.zeros(len(theta)), np.zeros((len(study.rows), len(theta)))
    if not counted:
        return 0.0, gradient, np.zeros((len(theta), len(theta)))
    _, prior_sd = settings.structure.prior()
    here = settings.population(theta)
    centre = predicted(study, here, settings)
    for p in range(len(theta)):
        width = _STEP * prior_sd[p]
        nudge = np.zeros(len(theta))
        nudge[p] = width
        if same_for(study, here, settings.population(theta + nudge), settings):
            continue
        up = predicted(study, settings.population(theta + nudge), settings)
        down = predicted(study, settings.population(theta - nudge), settings)
        gradient[p] = (
            study_log_likelihood(study, up, settings) - study_log_likelihood(study, down, settings)
        ) / (2 * width)
        slopes[:, p] = (_centre(study, up)[0] - _centre(study, down)[0]) / (2 * width)
    spread = _spread(study, centre, len(counted))[np.ix_(counted, counted)]
    information = slopes[counted].T @ np.linalg.solve(spread, slopes[counted])
    return study_log_likelihood(study, centre, settings), gradient, information


def _centre(study: Study, found: Predicted) -> tuple[Floats, Floats]:
    """Each row's expected figure over the sites, and its values at the nodes, on a scale where errors are even."""
    values = np.stack([_even(row, figure) for row, figure in zip(study.rows, found.values, strict=True)])
    return values @ np.exp(found.log_weights), values


def _even(row: Reported, figure: Floats) -> Floats:
    if row.is_share:
        share = np.clip(np.nan_to_num(figure) / 100, 0.005, 0.995)
        logit: Floats = np.log(share / (1 - share))
        return logit
    return np.clip(np.nan_to_num(figure), -365.0, 365.0)


def _spread(study: Study, found: Predicted, counted: int) -> Floats:
    """Covariance of the published figures around their expectation: sites shared by rows, sampling error on top."""
    mean, values = _centre(study, found)
    away = values - mean[:, None]
    spread: Floats = (away * np.exp(found.log_weights)) @ away.T
    shrink = 1 / np.sqrt(counted)
    for k, row in enumerate(study.rows):
        share = 1 / (1 + np.exp(-mean[k]))
        if row.is_share:
            steep = share * (1 - share)
            error = steep / row.n / steep**2 if row.n else (float(row.se or 0) / 100 / steep) ** 2
        else:
            error = float(row.se or 0) ** 2
        spread[k, k] += error / (row.weight * shrink)
    return spread
