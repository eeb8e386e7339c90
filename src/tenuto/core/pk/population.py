"""Differences between people: draws, percentile bands and the scatter of measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tenuto.core.pk.model import PkModel
from tenuto.core.pk.regimen import Floats, Regimen
from tenuto.core.pk.simulate import AS_PUBLISHED, Levels, Options, simulate
from tenuto.core.pk.subjects import Subjects

__all__ = ["Bands", "covariance", "draw_effects", "measured", "population"]


@dataclass(frozen=True, slots=True)
class Bands:
    """Percentiles of the level between people: `ng_per_ml` `(analytes, percentiles, times)`."""

    levels: Levels
    percentiles: tuple[float, ...]
    ng_per_ml: Floats
    people: int


def covariance(model: PkModel) -> Floats:
    """The covariance of the random effects, `(parameters, parameters)`, in the order of `model.varied`."""
    size = len(model.varied)
    whole = np.zeros((size, size))
    at = 0
    for block in model.variability:
        span = slice(at, at + len(block.parameters))
        whole[span, span] = block.omega2
        at = span.stop
    return whole


def draw_effects(model: PkModel, people: int, random: np.random.Generator) -> Floats:
    """Random effects of `people`, `(people, parameters)`: log-normal factors, correlated as published.

    Raises ValueError for a model without published variability.
    """
    if not model.varied:
        raise ValueError(
            f"{model.short} was published without variability between people; choose another model for bands."
        )
    factor = np.linalg.cholesky(covariance(model))
    return np.asarray(random.standard_normal((people, len(factor))) @ factor.T, dtype=np.float64)


def population(
    model: PkModel,
    regimen: Regimen,
    subjects: Subjects,
    times_min: ArrayLike,
    options: Options = AS_PUBLISHED,
    *,
    people: int,
    random: np.random.Generator,
    percentiles: Sequence[float] = (5, 50, 95),
    with_measurement: bool = False,
) -> Bands:
    """Percentile bands over `people` with the body of `subjects` (one) and the model's variability.

    with_measurement: add the residual scatter of one sample. `levels` holds every person's curve.
    """
    if people < 2:
        raise ValueError(f"A population of {people} has no spread. Ask for two or more.")
    effects = draw_effects(model, people, random)
    levels = simulate(model, regimen, subjects, times_min, options, effects=effects)
    shown = measured(levels, random) if with_measurement else levels.ng_per_ml
    bands = np.percentile(shown, list(percentiles), axis=1)
    return Bands(levels, tuple(percentiles), np.moveaxis(bands, 0, 1), people)


def measured(levels: Levels, random: np.random.Generator) -> Floats:
    """The levels as a laboratory would report them, with the model's residual scatter; never below zero."""
    result = levels.ng_per_ml.copy()
    for index, name in enumerate(levels.analytes):
        scatter = levels.model.residuals.get(name)
        if scatter is None:
            continue
        first, second = random.standard_normal((2, *result[index].shape))
        if scatter.log_sd:
            result[index] *= np.exp(scatter.log_sd * first)
        else:
            result[index] += scatter.proportional * result[index] * first + scatter.additive * second
    return np.maximum(result, 0.0)
