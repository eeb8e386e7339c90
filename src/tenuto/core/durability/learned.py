"""What the forecast learned from the patient: prior against posterior, how much the scores weigh, which ones moved it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from tenuto.core.durability.error import ScaleError
from tenuto.core.durability.history import History
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.posterior import Evidence, Posterior, durability

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


def learned_from(found: Posterior, error: ScaleError, history: History, evidence: Evidence) -> Learned:
    """Compare prior and posterior draws; leave out each score in turn to see what it did."""
    after = [k for k, day in enumerate(evidence.days) if day > 0]
    spread = found.prior_expected.var(axis=1)
    weigh = spread / (spread + error.sd**2)
    prior, own = durability(found.prior_latent), durability(found.latent)
    mean = found.mean(own)
    return Learned(
        effective_scores=float(weigh[after].sum()),
        prior_sd=float(prior.std()),
        posterior_sd=math.sqrt(found.mean((own - mean) ** 2)),
        drivers=tuple(_drivers(found, own, mean, history, after)),
    )


def _drivers(found: Posterior, own: Floats, mean: float, history: History, after: list[int]) -> list[Driver]:
    drivers = []
    for k in after:
        # Undo one score's likelihood; draws that it had all but excluded must not take over.
        undo = found.by_score[k].max() - found.by_score[k]
        weights = found.weights * np.exp(np.minimum(undo, 8.0, out=undo), out=undo)
        without = float(np.einsum("n,n->", weights, own) / weights.sum())
        drivers.append(Driver(history.scores[k].on, history.scores[k].value, math.exp(mean - without)))
    return sorted(drivers, key=lambda d: -abs(math.log(d.factor)))[:_SHOWN]
