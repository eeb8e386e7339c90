"""Daily expected scores of very many patients, in chunks that fit the processor's cache, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenuto.core.durability.model import DRIFT_INFUSIONS, CourseInfusion, Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.durability.population import Law

__all__ = ["Daily", "daily_scores", "population_by_day"]

Singles = npt.NDArray[np.float32]
CHUNK = 8192
"""Patients worked on together: enough to hide what a call costs, few enough to stay in the processor's cache."""
_NOTHING, _SWEPT_DAYS = 1e-20, 8
"""What is left of a mode below this is set to 0 every few days: before it gets so small that processors slow down."""


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """A population day by day, each shape (days + 1,)."""

    mean: Floats
    """Mean expected score, points."""
    responding: Floats
    """Share whose expected score has fallen by `fall` or more."""
    patients: int


def daily_scores(
    model: Model, patients: PatientParameters, infusions: Sequence[CourseInfusion], days: int
) -> Iterator[Singles]:
    """Expected scores (n,) on day 0, 1, ... `days`, before any infusion of that day; whole days only.

    Single precision (relative error below 1e-5); each yielded array is overwritten by the next.
    """
    holding = model.benefit.begin(patients)
    doses = {int(i.day): i.dose for i in infusions}
    if any(i.day != int(i.day) for i in infusions):
        raise ValueError("Daily scores need infusions on whole days.")
    weights, state = holding.to_seen.astype(np.float32), holding.state.astype(np.float32)
    decay = np.exp(holding.pace).astype(np.float32)
    level = np.log(patients.baseline).astype(np.float32)
    expectancy, growth = patients.expectancy.astype(np.float32), patients.growth.astype(np.float32)
    score, product = np.empty_like(level), np.empty_like(level)
    first, given = min(doses, default=days + 1), 0
    latest = first
    for day in range(days + 1):
        if day:
            state *= decay
        if day % _SWEPT_DAYS == 0:
            np.multiply(state, state > _NOTHING, out=state)
        np.einsum("mn,mn->n", weights, state, out=score)
        if day > first:
            for part, share in zip(
                (expectancy, growth), model.context.shares(day - first, latest - first), strict=True
            ):
                np.multiply(part, np.float32(share), out=product)
                score += product
        if model.depth:
            np.maximum(score, 0, out=product)
            product *= product
            product *= np.float32(model.depth)
            score += product
        # baseline x exp(-fall), in one pass less
        np.subtract(level, score, out=score)
        np.exp(score, out=score)
        yield score
        if day in doses:
            given += 1
            latest = day
            held = np.einsum("mn,mn->n", holding.to_held, state)
            state += model.uptake(patients.gain, model.dose(doses[day]), held)
            if given > 1:
                holding.stretch(patients.drift * ((given - 1) / DRIFT_INFUSIONS))
                decay = np.exp(holding.pace).astype(np.float32)


def population_by_day(
    model: Model,
    law: Law,
    count: int,
    infusions: Sequence[CourseInfusion],
    days: int,
    *,
    seed: int,
    fall: float = 0.5,
    threads: int = 1,
) -> Daily:
    """Follow `count` patients of one law for `days`. Memory does not grow with `count`; the result not with `threads`."""
    values, vectors = np.linalg.eigh(law.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    sizes = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))

    def follow(size: int, own: np.random.SeedSequence) -> Floats:
        latent = law.mean + np.random.default_rng(own).standard_normal((size, len(law.mean))) @ root.T
        patients = PatientParameters.from_latent(latent)
        line = ((1 - fall) * patients.baseline).astype(np.float32)
        totals = np.empty((2, days + 1))
        for day, score in enumerate(daily_scores(model, patients, infusions, days)):
            totals[:, day] = score.sum(dtype=np.float64), np.count_nonzero(score <= line)
        return totals

    total = np.zeros((2, days + 1))
    with ThreadPoolExecutor(threads) as pool:
        # In order, so that sums do not depend on which thread was first.
        for part in pool.map(follow, sizes, seeds):
            total += part
    return Daily(total[0] / count, total[1] / count, count)
