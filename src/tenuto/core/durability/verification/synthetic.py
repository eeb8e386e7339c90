"""Synthetic patients drawn from the prior itself, with varied courses, for checking the inference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.course import Definitions
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.model import CourseInfusion, Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import Circumstances, Law, PopulationFit
from tenuto.core.durability.posterior import Evidence
from tenuto.core.scales.measurement import ScaleMeasure, measure

__all__ = ["KnownPatient", "draw_case", "the_law"]

_SERIES = ((0, 2, 4, 7, 9, 11), (0, 3, 7, 10, 14, 17), (0, 7, 14, 21), (0,))


@dataclass(frozen=True, slots=True, eq=False)
class KnownPatient:
    """A patient whose parameters are known: what was seen so far, and when response will be lost."""

    latent: Floats
    """Shape (9,)."""
    evidence: Evidence
    measure: ScaleMeasure
    start: int
    """Day of the forecast."""
    line: float
    run: int
    loss: int | None
    """Number of the scheduled score (1 first) that confirms the loss; None after the last one."""


def the_law(fit: PopulationFit) -> tuple[Model, Law, ScaleMeasure]:
    """What the cases are drawn from: depression in a clinic, PHQ-9."""
    scale = measure("PHQ-9")
    return fit.population.model(), fit.law(Circumstances(), scale), scale


def draw_case(
    fit: PopulationFit, rules: Definitions, scheduled: int, rng: np.random.Generator
) -> KnownPatient:
    """One patient of the prior, on a random one of the usual series, with random boosters and number of scores."""
    model, law, scale = the_law(fit)
    root = np.linalg.cholesky(law.covariance + 1e-9 * np.eye(len(law.mean)))
    latent = law.mean + root @ rng.standard_normal(len(law.mean))
    series = _SERIES[rng.integers(len(_SERIES))]
    count = int(rng.integers(3, 21))
    days = [-7.0, 0.0, *(float(series[-1] + 7 * (k + 1)) for k in range(count))]
    boosters = [d for d in days[3:-1] if rng.random() < 0.25]
    infusions = tuple(CourseInfusion(float(d), 0.5) for d in sorted({*series, *boosters}))
    start = int(days[-1])
    ahead = [start + rules.every_days * (k + 1.0) for k in range(scheduled)]
    error = ErrorOfScale.of(scale)
    level = model.expected(PatientParameters.from_latent(latent[None, :]), infusions, [*days, *ahead])[:, 0]
    seen = _written(error, [*days, *ahead], level, rng)
    so_far, later = seen[: len(days)], seen[len(days) :]
    line, run = _line(so_far, rules)
    evidence = Evidence(infusions, tuple(days), tuple(float(s) for s in so_far))
    return KnownPatient(
        latent, evidence, scale, start, line, run, _loss(later, line, run, rules.scores_in_row)
    )


def _written(error: ErrorOfScale, days: Sequence[float], level: Floats, rng: np.random.Generator) -> Floats:
    """Scores written down one after the other, their errors correlated in time."""
    seen = np.empty_like(level)
    seen[0] = error.observe(level[:1], rng.standard_normal(1))[0]
    for k in range(1, len(level)):
        kept = float(error.correlation(days[k] - days[k - 1]))
        last = seen[k - 1] - level[k - 1]
        seen[k] = error.observe(level[k : k + 1], rng.standard_normal(1), last=last, kept=kept)[0]
    return seen


def _line(scores: Floats, rules: Definitions) -> tuple[float, int]:
    """The line of lost response and how many of the last scores are above it; the first two scores are the baseline."""
    baseline, after = float(scores[1]), scores[2:]
    line = baseline - rules.gain_kept * (baseline - float(after.min()))
    run = 0
    for score in reversed(after):
        if score <= line + 1e-9:
            break
        run += 1
    return line, run


def _loss(later: Floats, line: float, run: int, in_row: int) -> int | None:
    for k, score in enumerate(later, 1):
        run = run + 1 if score > line + 1e-9 else 0
        if run >= in_row:
            return k
    return None
