"""Simulation-based calibration: over patients of the prior, the truth must fall anywhere in its posterior equally often."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.course import CourseStanding, Definitions, State
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.outlook import Ahead
from tenuto.core.durability.patients import LATENT
from tenuto.core.durability.population import PopulationFit
from tenuto.core.durability.posterior import posterior
from tenuto.core.durability.verification.synthetic import KnownPatient, draw_case, the_law

__all__ = ["COVERAGES", "QUANTITIES", "RankVerdict", "places", "verdicts"]

QUANTITIES = (*LATENT, "days_to_loss")
COVERAGES = (0.5, 0.8, 0.95)
BINS = 20
SCHEDULED = 52


@dataclass(frozen=True, slots=True)
class RankVerdict:
    """How evenly the truths of one quantity fall in their posteriors."""

    quantity: str
    patients: int
    p_value: float
    """Of the χ² test that all ranks are equally likely."""
    coverage: tuple[float, ...]
    """Share of truths inside the central intervals of `COVERAGES`."""


def places(fit: PopulationFit, rules: Definitions, seed: int, first: int, count: int) -> Iterator[Floats]:
    """For each patient, where the truth falls in the posterior of every quantity (0 to 1), shape (10,).

    Not a number for the days to loss when response is already lost. Every patient has a seed of its own.
    """
    for number in range(first, first + count):
        rng = np.random.default_rng([seed, number])
        yield _place(draw_case(fit, rules, SCHEDULED, rng), fit, rules, rng)


def _place(case: KnownPatient, fit: PopulationFit, rules: Definitions, rng: np.random.Generator) -> Floats:
    model, law, measure = the_law(fit)
    error = ErrorOfScale.of(measure)
    found = posterior(model, law, error, case.evidence)
    below = (found.latent < case.latent) * found.weights[:, None]
    place = below.sum(axis=0)
    if case.run >= rules.scores_in_row:
        return np.append(place, math.nan)
    standing = CourseStanding(State.RESPONDING, math.nan, case.line, case.run, drifting=False)
    ahead = Ahead.of(found, error, standing, rules, case.start, case.evidence.days[-1])
    _, curve = ahead.follow(found.walked(float(case.start)), SCHEDULED * rules.every_days)
    left = curve.responding
    if case.loss is None:
        low, high = 1 - left[SCHEDULED], 1.0
    else:
        low, high = 1 - left[case.loss - 1], 1 - left[case.loss]
    # A discrete time has a jump; the truth is put anywhere on it.
    return np.append(place, low + rng.random() * (high - low))


def verdicts(found: Floats) -> list[RankVerdict]:
    """Judge the places of all patients, shape (patients, 10)."""
    return [
        _verdict(name, column[~np.isnan(column)]) for name, column in zip(QUANTITIES, found.T, strict=True)
    ]


def _verdict(name: str, column: Floats) -> RankVerdict:
    counts, _ = np.histogram(column, bins=BINS, range=(0, 1))
    expected = len(column) / BINS
    statistic = float(((counts - expected) ** 2 / expected).sum())
    inside = tuple(float((np.abs(column - 0.5) <= c / 2).mean()) for c in COVERAGES)
    return RankVerdict(name, len(column), _chi_squared_tail(statistic, BINS - 1), inside)


def _chi_squared_tail(x: float, freedom: int) -> float:
    """Probability of a χ² variable above x; `freedom` odd. A finite sum, so no special functions are needed."""
    term, total = math.sqrt(2 * x / math.pi) * math.exp(-x / 2), 0.0
    for k in range(1, freedom, 2):
        total += term
        term *= x / (k + 2)
    return math.erfc(math.sqrt(x / 2)) + total
