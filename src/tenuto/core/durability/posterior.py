"""What one patient's own scores say about that patient: weighted quasi-random draws, the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.model import CourseInfusion, Model, Walk
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import LATENT, PatientParameters
from tenuto.core.durability.population import Law
from tenuto.core.durability.quasi import standard_normal
from tenuto.core.durability.record import History, dose_of

__all__ = ["Effort", "Evidence", "Places", "Posterior", "SeenScores", "evidence_of", "posterior"]

Places: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many draws. The defaults keep a forecast of 40 scores within tens of milliseconds."""

    explore: int = 1024
    """Draws of each round of the search."""
    refine: int = 2048
    """Draws after it, to which the last normals are fitted: those of the search are too few to tell the spread."""
    final: int = 5120
    """Draws from the last normals; a quarter of these and of `refine` comes from their surroundings. All draws count."""
    keep: int = 2048
    """Equally weighted draws behind the fan."""
    enough: float = 0.125
    """Effective draws, as a share of `explore`, below which the likelihood is tempered."""
    most_rounds: int = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """A history as the model sees it; days count from the first infusion."""

    infusions: tuple[CourseInfusion, ...]
    days: tuple[float, ...]
    scores: tuple[float, ...]


def evidence_of(history: History) -> Evidence:
    """Dates turned into days."""
    return Evidence(
        tuple(CourseInfusion(float((i.on - history.start).days), dose_of(i)) for i in history.infusions),
        tuple(float((s.on - history.start).days) for s in history.scores),
        tuple(s.value for s in history.scores),
    )


@dataclass(frozen=True, slots=True, eq=False)
class SeenScores:
    """Expected scores of some draws and the log likelihood of each after the one before it, both (scores, draws)."""

    expected: Floats
    each: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of one patient's coordinates with their weights.

    `latent` (n, 9) and `weights` (n,) summing to 1; `durability` (n,) of each draw; `fit` (n,) the log likelihood of all
    scores; `blocks` the scores in parts of n; `last_error` (n,) the error of the last score; `walk` the draws brought to the last event; `prior_latent` (m, 9) equally likely draws of the prior and `prior_expected` (scores, m) their expected scores.
    """

    latent: Floats
    weights: Floats
    durability: Floats
    fit: Floats
    blocks: tuple[SeenScores, ...]
    last_error: Floats
    walk: Walk
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

    def walked(self, day: float) -> Walk:
        """The draws brought from the last event to `day`, free to go their own way from there."""
        walk = self.walk.copy()
        walk.to(day)
        return walk

    def carrying(self) -> Posterior:
        """Only the draws that carry the weight, for what looks ahead; the scores are left out.

        The rest, most of what was drawn on the way, weighs less than `_LEFT_OUT` together: no probability moves by more.
        """
        rising = np.sort(self.weights)
        left_out = int(np.searchsorted(np.cumsum(rising), _LEFT_OUT, side="right"))
        least = rising[left_out - left_out % _ALIGNED]
        kept = np.flatnonzero(self.weights >= least)
        weights = self.weights[kept]
        return replace(
            self,
            latent=self.latent[kept],
            weights=weights / weights.sum(),
            durability=self.durability[kept],
            fit=self.fit[kept],
            blocks=(),
            last_error=self.last_error[kept],
            walk=self.walk.only(kept),
        )

    def even(self, count: int) -> Places:
        """Places of `count` equally weighted draws: systematic resampling along durability, no chance in it."""
        order = np.argsort(self.durability)
        reached = np.cumsum(self.weights[order])
        ticks = (np.arange(count) + 0.5) / count * reached[-1]
        chosen: Places = order[np.searchsorted(reached, ticks)]
        return chosen


_ALIGNED = 16
"""Numbers of draws are multiples of this where they may be: rows then begin alike in memory, which doubles the speed."""
_LEFT_OUT = 1e-4
"""Weight of the draws that nothing ahead is worked out for."""


def durability(latent: Floats) -> Floats:
    """Log of the days of full benefit that one infusion is worth: area under its effect, over its size."""
    patients = PatientParameters.from_latent(latent)
    days: Floats = np.log((patients.fast + patients.transfer * patients.slow) / np.log(2))
    return days


def posterior(
    model: Model, law: Law, error: ErrorOfScale, evidence: Evidence, effort: Effort | None = None
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
    target = _Target(model, law, error, evidence)
    drawn = _Drawn(target)
    power, rounds, closer = 0.0, 0, _Normal(np.zeros(size), np.eye(size))
    prior_expected = np.concatenate(drawn.add((closer, effort.explore)), axis=1)
    while power < 1 and rounds < effort.most_rounds:
        rounds += 1
        base = drawn.base()
        power = _power(base, drawn.fit, power, effort.enough * effort.explore)
        tempered = _normalised(base + power * drawn.fit)
        closer = _Normal.fitted(drawn.points, tempered, durability(target.latent(drawn.points)))
        if power < 1:
            drawn.add((closer, effort.explore))
    # What lies outside the last normals is drawn from too sparsely, and a single draw there would weigh too much.
    around = _Normal(closer.mean, _SURROUNDINGS * closer.root), (effort.refine + effort.final) // 4
    if power < 1:
        drawn.add(around)
    else:
        if effort.refine:
            drawn.add(*_by_kind(target, drawn, effort.refine))
        drawn.add(*_by_kind(target, drawn, effort.final), around)
    latent = target.latent(drawn.points)
    return Posterior(
        latent=latent,
        weights=_normalised(drawn.base() + drawn.fit),
        durability=durability(latent),
        fit=drawn.fit,
        blocks=tuple(drawn.blocks),
        last_error=np.concatenate(drawn.last_error),
        walk=Walk.together(drawn.walks),
        prior_latent=latent[: effort.explore],
        prior_expected=prior_expected,
        rounds=rounds,
    )


def _by_kind(target: _Target, drawn: _Drawn, count: int) -> list[tuple[_Normal, int]]:
    """A normal for each kind of patient, durable or not, with the draws it gets: the likelihood may have a top in each.

    A kind gets draws in proportion to its weight, and more than that when it weighs little: its tail is the long one.
    """
    latent = target.latent(drawn.points)
    weights, along = _normalised(drawn.base() + drawn.fit), durability(latent)
    durable = latent[:, LATENT.index("durable")] > 0
    kinds = [kind for kind in (~durable, durable) if weights[kind].sum() > _RARE and kind.sum() > _FEW]
    normals = [_Normal.fitted(drawn.points[:, kind], _shares(weights[kind]), along[kind]) for kind in kinds]
    wanted = np.array([max(float(weights[kind].sum()), _LEAST) for kind in kinds])
    return [
        (normal, int(count * share)) for normal, share in zip(normals, wanted / wanted.sum(), strict=True)
    ]


_RARE, _FEW, _LEAST = 1e-3, 64, 0.35
"""Weight and draws of a kind below which it gets no normal of its own; share of the draws that it gets at least."""


def _shares(weights: Floats) -> Floats:
    shares: Floats = weights / weights.sum()
    return shares


class _Target:
    """The likelihood as a function of points that are standard normal under the prior.

    Here and below points are columns, shape (9, n): a coordinate of all points lies in one piece of memory.
    """

    def __init__(self, model: Model, law: Law, error: ErrorOfScale, evidence: Evidence) -> None:
        self.model, self.mean, self.error, self.evidence = model, law.mean, error, evidence
        self.root = _root(law.covariance, 1e-9)
        self.observed, self.days = np.array(evidence.scores), np.array(evidence.days)

    def latent(self, points: Floats) -> Floats:
        """The coordinates at points, shape (n, 9)."""
        return (self.root @ points).T + self.mean

    def seen(self, points: Floats) -> _Seen:
        """What the scores say at points."""
        patients, course = PatientParameters.from_latent(self.latent(points)), self.evidence
        expected, walk = self.model.through(patients, course.infusions, course.days, single=True)
        each = self.error.log_likelihood(expected, self.observed, self.days)
        return _Seen(SeenScores(expected, each), each.sum(axis=0, dtype=np.float64), walk)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The scores at points; the log likelihood of all of them, (n,); the walk after."""

    scores: SeenScores
    fit: Floats
    walk: Walk


def _root(covariance: Floats, jitter: float) -> Floats:
    """Lower triangular square root; `jitter` keeps a nearly singular covariance from failing."""
    return np.asarray(np.linalg.cholesky(covariance + jitter * np.eye(len(covariance))), dtype=np.float64)


_WIDER = 1.1
"""How much wider than the weighted draws a fitted normal is, in SDs."""
_SURROUNDINGS = 1.5
"""How much wider still the last one is drawn from once more."""


class _Normal:
    """A normal distribution to draw from: `mean` and a square root of the covariance."""

    def __init__(self, mean: Floats, root: Floats) -> None:
        self.mean, self.root = mean, root
        self._inverse = np.linalg.inv(root)
        self._log_scale = float(np.linalg.slogdet(root)[1])

    @classmethod
    def fitted(cls, points: Floats, weights: Floats, along: Floats) -> _Normal:
        """Fitted to weighted points. Quasi-random points are evenest in their first coordinate: it is turned to where
        `along` (a value for each point) grows."""
        mean = points @ weights
        away = points - mean[:, None]
        root = _root((weights * away) @ away.T, 1e-6)
        slope = np.linalg.solve(root, away @ (weights * along))
        turn, _ = np.linalg.qr(np.column_stack([slope, np.eye(len(mean))[:, 1:]]))
        return cls(mean, _WIDER * root @ turn)

    def points(self, even: Floats) -> Floats:
        """Standard normal draws (n, 9) carried here."""
        return self.root @ even.T + self.mean[:, None]

    def log_density(self, points: Floats) -> Floats:
        """Up to a constant that is the same for every normal."""
        away = self._inverse @ (points - self.mean[:, None])
        density: Floats = -0.5 * np.einsum("in,in->n", away, away) - self._log_scale
        return density


_BLOCK = 8192
"""Points whose scores are worked out together: many enough to hide what a call costs, few enough for the cache."""


class _Drawn:
    """All points drawn so far, from whichever distribution, weighted as draws of their mixture."""

    def __init__(self, target: _Target) -> None:
        self.target = target
        self.sources: list[_Normal] = []
        self.counts: list[int] = []
        self.points: Floats = np.empty((len(LATENT), 0))
        self.fit: Floats = np.empty(0)
        """Log likelihood of all scores at each point."""
        self.blocks: list[SeenScores] = []
        """Of blocks of points, one after the other."""
        self.last_error: list[Floats] = []
        """Of the same blocks."""
        self.walks: list[Walk] = []
        """Of the same blocks."""
        self.densities: Floats = np.empty((0, 0))
        """Log density of each source (rows) at each point."""

    def add(self, *sources: tuple[_Normal, int]) -> list[Floats]:
        """Draw quasi-random points, so many from each source; their expected scores (scores, ...) in blocks."""
        new = self._even(sources)
        seen = [self.target.seen(new[:, k : k + _BLOCK]) for k in range(0, new.shape[1], _BLOCK)]
        self.blocks += [block.scores for block in seen]
        self.walks += [block.walk for block in seen]
        self.last_error += [self.target.observed[-1] - block.scores.expected[-1] for block in seen]
        self.fit = np.concatenate([self.fit, *(block.fit for block in seen)])
        there = [source.log_density(self.points) for source, _ in sources]
        self.sources += [source for source, _ in sources]
        self.counts += [count for _, count in sources]
        here = np.array([one.log_density(new) for one in self.sources])
        self.densities = np.concatenate([np.vstack([self.densities, *there]), here], axis=1)
        self.points = np.concatenate([self.points, new], axis=1)
        return [block.scores.expected for block in seen]

    def _even(self, sources: Sequence[tuple[_Normal, int]]) -> Floats:
        """Points of new sources, each with a turn of the sequence that is its own."""
        turns = enumerate(sources, len(self.sources))
        return np.concatenate(
            [one.points(standard_normal(count, len(LATENT), turn)) for turn, (one, count) in turns], axis=1
        )

    def base(self) -> Floats:
        """Log of prior density, which is the first source's, over the mixture's density at each point."""
        top = self.densities.max(axis=0)
        over = np.exp(self.densities - top)
        shares = np.array(self.counts) / len(top)
        base: Floats = self.densities[0] - top - np.log(shares @ over)
        return base


def _normalised(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    normal: Floats = weights / weights.sum()
    return normal


def _power(base: Floats, fit: Floats, last: float, enough: float) -> float:
    """The largest power of the likelihood, above the last one, at which `enough` draws stay effective."""

    def effective(power: float) -> float:
        return float(1 / (_normalised(base + power * fit) ** 2).sum())

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
