"""What one patient's own scores say about that patient: weighted quasi-random draws, the same on every run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tenuto.core.durability.error import ScaleError
from tenuto.core.durability.history import History
from tenuto.core.durability.model import Infusion, Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import LATENT, Patients
from tenuto.core.durability.population import Law
from tenuto.core.durability.quasi import standard_normal

__all__ = ["Effort", "Evidence", "Places", "Posterior", "evidence_of", "posterior"]

Places: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many draws. The defaults keep a forecast of 40 scores within tens of milliseconds."""

    explore: int = 512
    """Draws of each round of the search."""
    final: int = 4096
    """Draws after it, and a quarter as many from its surroundings; those of the search count too."""
    keep: int = 2048
    """Equally weighted draws behind the fan."""
    enough: float = 0.25
    """Effective draws, as a share of `explore`, below which the likelihood is tempered."""
    most_rounds: int = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """A history as the model sees it; days count from the first infusion."""

    infusions: tuple[Infusion, ...]
    days: tuple[float, ...]
    scores: tuple[float, ...]


def evidence_of(history: History) -> Evidence:
    """Dates turned into days."""
    return Evidence(
        tuple(Infusion(float((i.on - history.start).days), i.dose) for i in history.infusions),
        tuple(float((s.on - history.start).days) for s in history.scores),
        tuple(s.value for s in history.scores),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of one patient's coordinates with their weights.

    `latent` (n, 7) and `weights` (n,) summing to 1; `by_score` (scores, n) the log likelihood of each score;
    `prior_latent` (m, 7) equally likely draws of the prior and `prior_expected` (scores, m) their expected scores.
    """

    latent: Floats
    weights: Floats
    by_score: Floats
    prior_latent: Floats
    prior_expected: Floats
    rounds: int

    @property
    def effective(self) -> float:
        """Effective number of draws, a measure of numerical quality (not of the data)."""
        return float(1 / (self.weights**2).sum())

    def mean(self, values: Floats) -> float:
        """Posterior mean of a value for each draw, shape (n,)."""
        return float(np.einsum("n,n->", self.weights, values))

    def even(self, count: int) -> Places:
        """Places of `count` equally weighted draws: systematic resampling along durability, no chance in it."""
        order = np.argsort(durability(self.latent), kind="stable")
        reached = np.cumsum(self.weights[order])
        ticks = (np.arange(count) + 0.5) / count * reached[-1]
        chosen: Places = order[np.searchsorted(reached, ticks)]
        return chosen


def durability(latent: Floats) -> Floats:
    """Log of the days of full benefit that one infusion is worth: area under its effect, over its size."""
    patients = Patients.from_latent(latent)
    days: Floats = np.log((patients.fast + patients.transfer * patients.slow) / np.log(2))
    return days


def posterior(
    model: Model, law: Law, error: ScaleError, evidence: Evidence, effort: Effort | None = None
) -> Posterior:
    """The patient's coordinates given the scores.

    Draws of the prior are weighted by the likelihood. When few of them carry the weight, the likelihood is raised to a
    power below 1, a normal distribution is fitted to the weighted draws, more are drawn from it, and the power is
    increased from there, up to 1. All draws of all rounds count, weighted as draws of the mixture of everything that
    was drawn from; the prior is part of it, so no region is forgotten. Deterministic.

    Source: adaptive multiple importance sampling (Cornuet, Marin, Mira and Robert 2012).
    """
    effort = effort or Effort()
    size = len(LATENT)
    root: Floats = np.asarray(np.linalg.cholesky(law.covariance + 1e-9 * np.eye(size)), dtype=np.float64)
    target = _Target(model, law.mean, root, error, evidence)
    drawn = _Drawn(target)
    power, rounds, closer = 0.0, 0, _Normal(np.zeros(size), np.eye(size))
    drawn.add(closer, effort.explore)
    prior_expected = target.expected
    while power < 1 and rounds < effort.most_rounds:
        rounds += 1
        power = _power(drawn.base, drawn.total, power, effort.enough * effort.explore)
        tempered = _normalised(drawn.base + power * drawn.total)
        closer = _Normal.fitted(drawn.points, tempered, durability(target.latent(drawn.points)))
        drawn.add(closer, effort.explore if power < 1 else effort.final)
    # What lies outside the last normal is drawn from too sparsely, and a single draw there would weigh too much.
    drawn.add(_Normal(closer.mean, _SURROUNDINGS * closer.root), effort.final // 4)
    return Posterior(
        latent=target.latent(drawn.points),
        weights=_normalised(drawn.base + drawn.total),
        by_score=np.concatenate(drawn.by_score, axis=1),
        prior_latent=target.latent(drawn.points[: effort.explore]),
        prior_expected=prior_expected,
        rounds=rounds,
    )


class _Target:
    """The likelihood as a function of points that are standard normal under the prior."""

    def __init__(
        self, model: Model, mean: Floats, root: Floats, error: ScaleError, evidence: Evidence
    ) -> None:
        self.model, self.mean, self.root, self.error, self.evidence = model, mean, root, error, evidence
        self.observed = np.array(evidence.scores)
        self.expected: Floats = np.empty(0)

    def latent(self, points: Floats) -> Floats:
        """The coordinates at points, both shape (n, 7)."""
        return self.mean + _times(points, self.root)

    def by_score(self, points: Floats) -> Floats:
        """Log likelihood of each score at each point, shape (scores, n)."""
        patients = Patients.from_latent(self.latent(points))
        seen = self.evidence
        self.expected = self.model.expected(patients, seen.infusions, seen.days)
        return self.error.log_likelihood(self.expected, self.observed)


def _times(points: Floats, matrix: Floats) -> Floats:
    """`matrix` times each point. Not by BLAS, whose threads cost more than they save on so thin an array."""
    product: Floats = np.einsum("nj,ij->ni", points, matrix)
    return product


_WIDER = 1.1
"""How much wider than the weighted draws a fitted normal is, in SDs."""
_SURROUNDINGS = 1.5
"""How much wider still the last one is drawn from once more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Normal:
    """A normal distribution to draw from: `mean` and a square root of the covariance."""

    mean: Floats
    root: Floats

    @classmethod
    def fitted(cls, points: Floats, weights: Floats, along: Floats) -> _Normal:
        """Fitted to weighted points. Quasi-random points are evenest in their first coordinate: it is turned to where
        `along` (a value for each point) grows."""
        size = points.shape[1]
        mean = np.einsum("n,ni->i", weights, points)
        away = points - mean
        covariance = np.einsum("ni,nj->ij", weights[:, None] * away, away)
        root = np.linalg.cholesky(covariance + 1e-6 * np.eye(size))
        slope = np.linalg.solve(root, np.einsum("n,n,ni->i", weights, along, away))
        turn, _ = np.linalg.qr(np.column_stack([slope, np.eye(size)[:, 1:]]))
        return cls(mean, np.asarray(_WIDER * root @ turn, dtype=np.float64))

    def log_density(self, points: Floats) -> Floats:
        """Up to a constant that is the same for every normal."""
        inverse: Floats = np.asarray(np.linalg.inv(self.root), dtype=np.float64)
        away = _times(points - self.mean, inverse)
        density: Floats = -0.5 * np.einsum("ni,ni->n", away, away) + np.linalg.slogdet(inverse)[1]
        return density


_BLOCK = 2048
"""Points whose scores are worked out together, so that they stay in the processor's cache."""


class _Drawn:
    """All points drawn so far, from whichever distribution, weighted as draws of their mixture."""

    def __init__(self, target: _Target) -> None:
        self.target = target
        self.sources: list[_Normal] = []
        self.counts: list[int] = []
        self.points: Floats = np.empty((0, len(LATENT)))
        self.by_score: list[Floats] = []
        """Blocks of points, one after the other."""
        self.total: Floats = np.empty(0)
        self.densities: Floats = np.empty((0, 0))
        """Log density of each source (rows) at each point."""
        self.base: Floats = np.empty(0)
        """Log of prior density over the mixture's density."""

    def add(self, source: _Normal, count: int) -> None:
        """Draw `count` quasi-random points from one more distribution."""
        even = standard_normal(count, len(LATENT), len(self.sources))
        new = source.mean + _times(even, source.root)
        fits = [self.target.by_score(new[k : k + _BLOCK]) for k in range(0, count, _BLOCK)]
        self.by_score += fits
        self.total = np.concatenate([self.total, *(fit.sum(axis=0) for fit in fits)])
        self.sources.append(source)
        self.counts.append(count)
        old, self.points = self.points, np.concatenate([self.points, new])
        here = np.array([one.log_density(new) for one in self.sources])
        there = np.append(self.densities, source.log_density(old)).reshape(len(self.sources), len(old))
        self.densities = np.concatenate([there, here], axis=1)
        top = self.densities.max(axis=0)
        shares = np.array(self.counts) / len(self.points)
        mixture = top + np.log(np.einsum("s,sn->n", shares, np.exp(self.densities - top)))
        self.base = -0.5 * np.einsum("ni,ni->n", self.points, self.points) - mixture


def _normalised(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    normal: Floats = weights / weights.sum()
    return normal


def _power(base: Floats, total: Floats, last: float, enough: float) -> float:
    """The largest power of the likelihood, above the last one, at which `enough` draws stay effective."""

    def effective(power: float) -> float:
        return float(1 / (_normalised(base + power * total) ** 2).sum())

    if effective(1.0) >= enough:
        return 1.0
    low, high = last, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= enough else (low, middle)
    # Always forward, even where the draws are already thinner than that.
    return max(low, min(1.0, last + 0.02))


_HALVINGS = 12
"""The power need not be exact: every power gives a right answer, some in fewer rounds."""
