"""One person's own kinetics from measured levels: the most probable parameters and what remains uncertain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.pk.model import PkModel
from tenuto.core.pk.population import covariance
from tenuto.core.pk.regimen import Floats, Regimen
from tenuto.core.pk.simulate import AS_PUBLISHED, Levels, Options, simulate
from tenuto.core.pk.subjects import Subjects

__all__ = ["IndividualFit", "MeasuredLevel", "fit"]

_STEP = 1e-4
_MOST_STEPS = 60
_HEAVIER = 6.0
"""Degrees of freedom of the proposal: its tails are heavier than the posterior's, so no part is missed."""


@dataclass(frozen=True, slots=True)
class MeasuredLevel:
    """One measured level: minutes from the start of the regimen, analyte, ng/mL of base."""

    at_min: float
    analyte: str
    ng_per_ml: float


@dataclass(frozen=True, slots=True)
class IndividualFit:
    """What the levels say. `effects` `(parameters,)` are the most probable random effects on the log scale, in the
    order of `parameters`; `draws` `(draws, parameters)` are equally weighted draws of the posterior; `worth` is how
    many independent draws they are worth.
    """

    model: PkModel
    parameters: tuple[str, ...]
    effects: Floats
    covariance: Floats
    draws: Floats
    worth: float

    def predict(
        self, regimen: Regimen, subjects: Subjects, times_min: ArrayLike, options: Options = AS_PUBLISHED
    ) -> Levels:
        """Levels of the posterior draws: patients of the answer are draws."""
        return simulate(self.model, regimen, subjects, times_min, options, effects=self.draws)


def fit(
    model: PkModel,
    regimen: Regimen,
    subjects: Subjects,
    measured: Sequence[MeasuredLevel],
    options: Options = AS_PUBLISHED,
    *,
    random: np.random.Generator,
    draws: int = 1000,
) -> IndividualFit:
    """Fit the random effects of one patient to `measured` levels.

    The most probable values come from damped Newton steps on the posterior (log-normal differences between people,
    the model's residual scatter); the posterior from importance sampling round them with a t-distributed proposal.

    Raises ValueError without levels, with a level that is not above zero or was drawn before the first dose, with an
    analyte that the model lacks, or for a model that lacks variability or residual scatter.
    """
    _check(model, regimen, subjects, measured)
    if draws < 1:
        raise ValueError(f"A posterior of {draws} draws says nothing. Ask for one or more.")
    order = sorted(measured, key=lambda m: m.at_min)
    times = np.array([m.at_min for m in order])
    rows = np.array([model.analytes.index(model.analyte(m.analyte)) for m in order])
    seen = np.array([m.ng_per_ml for m in order])
    precision = _inverse(covariance(model))

    def cost(effects: Floats) -> Floats:
        """Minus the log posterior of each row of effects, but for a constant."""
        levels = simulate(model, regimen, subjects, times, options, effects=effects).ng_per_ml
        predicted = np.maximum(levels[rows, :, np.arange(len(times))].T, 1e-9)
        misfit = _misfit(model, [m.analyte for m in order], predicted, seen)
        return np.asarray(
            misfit + 0.5 * np.einsum("ni,ij,nj->n", effects, precision, effects), dtype=np.float64
        )

    best = _lowest(cost, len(precision))
    spread = _inverse(_curvature(cost, best, precision))
    chosen, worth = _resample(cost, best, spread, draws, random)
    return IndividualFit(model, model.varied, best, spread, chosen, worth)


def _misfit(model: PkModel, analytes: Sequence[str], predicted: Floats, seen: Floats) -> Floats:
    total = np.zeros(len(predicted))
    for column, name in enumerate(analytes):
        scatter, level = model.residuals[name], predicted[:, column]
        if scatter.log_sd:
            total += 0.5 * (np.log(seen[column] / level) / scatter.log_sd) ** 2
        else:
            variance = (scatter.proportional * level) ** 2 + scatter.additive**2
            total += 0.5 * (seen[column] - level) ** 2 / variance + 0.5 * np.log(variance)
    return total


def _lowest(cost: Callable[[Floats], Floats], size: int) -> Floats:
    """Newton's method from zero, each step shortened until it goes down."""
    at, here = np.zeros(size), float(cost(np.zeros((1, size)))[0])
    for _ in range(_MOST_STEPS):
        slope, bend = _derivatives(cost, at)
        values, vectors = np.linalg.eigh(bend)
        step = -vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-3))
        lengths = 0.5 ** np.arange(12)
        tried = cost(at + lengths[:, np.newaxis] * step)
        best = int(tried.argmin())
        if tried[best] >= here - 1e-10:
            return at
        at, here = at + lengths[best] * step, float(tried[best])
    return at


def _derivatives(cost: Callable[[Floats], Floats], at: Floats) -> tuple[Floats, Floats]:
    """Slope and second derivatives by central differences, in one call of `cost`."""
    size = len(at)
    step = _STEP * np.eye(size)
    pairs = [(i, j) for i in range(size) for j in range(i + 1)]
    corners = [a * step[i] + b * step[j] for i, j in pairs for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    values = cost(at + np.concatenate([step, -step, np.array(corners)]))
    slope = (values[:size] - values[size : 2 * size]) / (2 * _STEP)
    bend = np.empty((size, size))
    for (i, j), four in zip(pairs, values[2 * size :].reshape(-1, 4), strict=True):
        bend[i, j] = bend[j, i] = (four[0] - four[1] - four[2] + four[3]) / (4 * _STEP**2)
    return slope, bend


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(np.asarray(matrix, dtype=np.float64)), dtype=np.float64)


def _curvature(cost: Callable[[Floats], Floats], at: Floats, precision: Floats) -> Floats:
    """Second derivatives at the mode; data can only add to what the population says, never take away."""
    bend = _derivatives(cost, at)[1]
    values, vectors = np.linalg.eigh(bend)
    least = 0.5 * float(np.linalg.eigvalsh(precision)[0])
    return np.asarray((vectors * np.maximum(values, least)) @ vectors.T, dtype=np.float64)


def _resample(
    cost: Callable[[Floats], Floats], best: Floats, spread: Floats, draws: int, random: np.random.Generator
) -> tuple[Floats, float]:
    """Draws of the posterior: a multivariate t round the mode, weighted, then picked with equal steps."""
    size, tried = len(best), 4 * draws
    normal = random.standard_normal((tried, size))
    stretch = np.sqrt(_HEAVIER / random.chisquare(_HEAVIER, tried))
    offset = (normal @ np.linalg.cholesky(spread).T) * stretch[:, np.newaxis]
    distance = (normal**2).sum(axis=1) * stretch**2
    proposal = -0.5 * (_HEAVIER + size) * np.log1p(distance / _HEAVIER)
    log_weight = -cost(best + offset) - proposal
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    steps = (np.arange(draws) + random.random()) / draws
    picked = np.searchsorted(np.cumsum(weight), steps).clip(max=tried - 1)
    return (best + offset)[picked], float(1 / (weight**2).sum())


def _check(model: PkModel, regimen: Regimen, subjects: Subjects, measured: Sequence[MeasuredLevel]) -> None:
    if not measured:
        raise ValueError("There is no measured level to fit to. Give at least one.")
    if subjects.count != 1:
        raise ValueError(f"A fit is of one patient; {subjects.count} were given.")
    if not model.varied or not model.residuals:
        raise ValueError(
            f"{model.short} has no published residual error, or no variability between people; choose another model."
        )
    for one in measured:
        if not (np.isfinite(one.ng_per_ml) and one.ng_per_ml > 0 and np.isfinite(one.at_min)):
            raise ValueError(
                f"A level of {one.ng_per_ml:g} ng/mL at {one.at_min:g} min can't be fitted. Leave it out."
            )
        if one.at_min <= regimen.doses[0].start:
            raise ValueError(
                f"A level at {one.at_min:g} min was drawn before any drug was given, at {regimen.doses[0].start:g} min. "
                "Leave it out."
            )
        if one.analyte not in model.residuals:
            raise ValueError(
                f"{model.short} can't be fitted to {one.analyte}; it has {', '.join(model.residuals)}."
            )
