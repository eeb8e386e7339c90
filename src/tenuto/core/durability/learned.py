"""What the forecast learned from the patient: prior against posterior, how much the scores weigh, which ones moved it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.posterior import Evidence, Posterior, durability
from tenuto.core.durability.record import History

__all__ = ["Driver", "Learned", "learned_from"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Driver:
    """A score that moved the forecast."""

    on: date
    value: float
    factor: float
    """By how much this score multiplies the days of benefit an infusion is worth; 1 is not at all."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Prior against posterior of durability: the log of the days of full benefit that one infusion is worth."""

    effective_scores: float
    """Own scores since the first infusion, each counted from 0 (drowned in its error) to 1."""
    prior_sd: float
    posterior_sd: float
    drivers: tuple[Driver, ...]

    @property
    def own_share(self) -> float:
        """How much of the doubt about durability this patient's scores took away, 0 to 1; the rest is the crowd."""
        return max(1 - (self.posterior_sd / self.prior_sd) ** 2, 0.0)


def learned_from(found: Posterior, error: ErrorOfScale, history: History, evidence: Evidence) -> Learned:
    """Compare prior and posterior draws; leave out each score in turn to see what it did."""
    after = [k for k, day in enumerate(evidence.days) if day > 0]
    spread = found.prior_expected.var(axis=1)
    weigh = spread / (spread + error.sd**2)
    prior, own = durability(found.prior_latent), found.durability
    mean = found.mean(own)
    return Learned(
        effective_scores=float(weigh[after].sum()),
        prior_sd=float(prior.std()),
        posterior_sd=math.sqrt(found.mean((own - mean) ** 2)),
        drivers=tuple(_drivers(_without_each(found, error, evidence), mean, history, after)),
    )


def _drivers(without: Floats, mean: float, history: History, after: list[int]) -> list[Driver]:
    drivers = [
        Driver(history.scores[k].on, history.scores[k].value, math.exp(mean - without[k])) for k in after
    ]
    return sorted(drivers, key=lambda d: -abs(math.log(d.factor)))[:_SHOWN]


_TOGETHER = 8
"""Scores left out side by side: few enough to stay in the processor's cache."""


def _without_each(found: Posterior, error: ErrorOfScale, evidence: Evidence) -> Floats:
    """Posterior mean of durability had one score not been taken, for each score, shape (scores,)."""
    weighted = np.stack([found.weights * found.durability, found.weights], axis=1)
    observed, days = np.array(evidence.scores), np.array(evidence.days)
    brought = [error.brought_by_each(block.expected, observed, days, block.each) for block in found.blocks]
    sums = []
    for k in range(0, len(observed), _TOGETHER):
        undo = np.concatenate([block[k : k + _TOGETHER] for block in brought], axis=1)
        # Undo one score's likelihood; draws that it had all but excluded must not take over.
        np.subtract(undo.max(axis=1, keepdims=True), undo, out=undo)
        np.exp(np.minimum(undo, 8.0, out=undo), out=undo)
        sums.append(undo @ weighted)
    top, bottom = np.concatenate(sums).T
    means: Floats = top / bottom
    return means
