"""What one patient's own scores say about that patient: weighted quasi-random draws, the same on every run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.error import ScaleError
from tenuto.core.durability.history import History
from tenuto.core.durability.model import Infusion, Model
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import LATENT, Patients
from tenuto.core.durability.population import Law
from tenuto.core.durability.quasi import standard_normal

__all__ = ["Effort", "Evidence", "Posterior", "evidence_of", "posterior"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many draws. The defaults keep a forecast of 40 scores within tens of milliseconds."""

    explore: int = 1024
    final: int = 4096
    keep: int = 2048
    """Equally weighted draws that are carried into the future."""
    enough: float = 0.25
    """Share of effective draws below which the likelihood is tempered."""
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

    def even(self, count: int) -> Floats:
        """`count` equally weighted draws, shape (count, 7): systematic resampling along durability, no chance in it."""
        order = np.argsort(durability(self.latent), kind="stable")
        reached = np.cumsum(self.weights[order])
        ticks = (np.arange(count) + 0.5) / count * reached[-1]
        chosen: Floats = self.latent[order[np.searchsorted(reached, ticks)]]
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
    power below 1, a normal proposal is fitted to the weighted draws, and the power is increased from there, up to 1.
    Every proposal keeps a tenth of the prior, so that no region is forgotten. Deterministic.
    """
    effort = effort or Effort()
    root: Floats = np.asarray(
        np.linalg.cholesky(law.covariance + 1e-9 * np.eye(len(LATENT))), dtype=np.float64
    )
    target = _Target(model, law.mean, root, error, evidence)
    points = standard_normal(effort.explore, len(LATENT))
    fits = target.by_score(points)
    prior_points, prior_expected = points, target.expected
    proposal = _Proposal(np.zeros(len(LATENT)), np.eye(len(LATENT)))
    power, rounds = 0.0, 0
    while rounds < effort.most_rounds:
        rounds += 1
        base = proposal.log_ratio(points)
        total = fits.sum(axis=0)
        power = _power(base, total, power, effort.enough)
        proposal = _Proposal.fitted(points, _normalised(base + power * total))
        if power >= 1:
            break
        points = proposal.points(effort.explore)
        fits = target.by_score(points)
    points = proposal.points(effort.final)
    fits = target.by_score(points)
    weights = _normalised(proposal.log_ratio(points) + fits.sum(axis=0))
    return Posterior(
        law.mean + points @ root.T, weights, fits, law.mean + prior_points @ root.T, prior_expected, rounds
    )


class _Target:
    """The likelihood as a function of points that are standard normal under the prior."""

    def __init__(
        self, model: Model, mean: Floats, root: Floats, error: ScaleError, evidence: Evidence
    ) -> None:
        self.model, self.mean, self.root, self.error, self.evidence = model, mean, root, error, evidence
        self.expected: Floats = np.empty(0)

    def by_score(self, points: Floats) -> Floats:
        """Log likelihood of each score at each point, shape (scores, n)."""
        patients = Patients.from_latent(self.mean + points @ self.root.T)
        seen = self.evidence
        self.expected = self.model.expected(patients, seen.infusions, seen.days)
        return np.stack(
            [
                self.error.log_likelihood(row, score)
                for row, score in zip(self.expected, seen.scores, strict=True)
            ]
        )


_KEPT = 0.1
"""Share of every proposal that is the prior itself."""
_WIDER = 1.25
"""How much wider than the weighted draws a proposal is, in SDs."""


@dataclass(frozen=True, slots=True, eq=False)
class _Proposal:
    """A normal distribution mixed with a tenth of the prior."""

    mean: Floats
    root: Floats

    @classmethod
    def fitted(cls, points: Floats, weights: Floats) -> _Proposal:
        mean = weights @ points
        away = points - mean
        covariance = (away * weights[:, None]).T @ away
        root = np.asarray(np.linalg.cholesky(covariance + 1e-6 * np.eye(len(mean))), dtype=np.float64)
        return cls(mean, _WIDER * root)

    def points(self, count: int) -> Floats:
        """Quasi-random points; the first tenth are of the prior."""
        even = standard_normal(count, len(self.mean))
        moved = self.mean + even @ self.root.T
        kept = int(_KEPT * count)
        # Every tenth point of a Sobol sequence is not evenly spread, but a block of its start is.
        moved[:kept] = even[:kept]
        return moved

    def log_ratio(self, points: Floats) -> Floats:
        """Log of prior density over proposal density."""
        size = len(self.mean)
        away = np.linalg.solve(self.root, (points - self.mean).T)
        own = -0.5 * (away**2).sum(axis=0) - np.log(np.diag(self.root)).sum()
        prior = -0.5 * (points**2).sum(axis=1)
        if size and np.array_equal(self.root, np.eye(size)):
            return np.zeros(len(points))
        ratio: Floats = prior - np.logaddexp(np.log1p(-_KEPT) + own, np.log(_KEPT) + prior)
        return ratio


def _normalised(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    normal: Floats = weights / weights.sum()
    return normal


def _power(base: Floats, total: Floats, last: float, enough: float) -> float:
    """The largest power of the likelihood, above the last one, at which enough draws stay effective."""

    def effective(power: float) -> float:
        return float(1 / (_normalised(base + power * total) ** 2).sum()) / len(base)

    if effective(1.0) >= enough:
        return 1.0
    low, high = last, 1.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= enough else (low, middle)
    # Always forward, even where the proposal itself is already thinner than that.
    return max(low, min(1.0, last + 0.02))
