"""The quantities in which patients differ, and the unbounded coordinates in which their spread is normal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from tenuto.core.durability.normal import Floats
from tenuto.core.durability.structure import structure

__all__ = ["LATENT", "PatientParameters"]

LATENT = (
    "log_gain",
    "log_fast",
    "log_slow_extra",
    "logit_transfer",
    "expectancy",
    "log_baseline",
    "drift",
    "growth",
    "durable",
)
"""The coordinates of one patient, in order. Half-lives in days; `log_slow_extra` is the log of slow minus fast.

`durable` is above 0 in the durable minority: there the slow half-life is that of years, with a short passage between.
"""

_SHORTEST_FAST = 0.5
"""Days. The benefit appears over hours, so a half-life below this is not what the model means by fast."""


_APART = 0.01
"""Least distance of the slow from the fast half-life, as a share of the fast one."""

_PASSAGE = 0.1
"""Width of the passage into the durable minority, in SDs between patients: a smooth step can be sampled, a jump not."""


@dataclass(frozen=True, slots=True, eq=False)
class PatientParameters:
    """The parameters of n patients; every field has shape (n,)."""

    gain: Floats
    """Log-fall of the score that one full infusion adds to the fast compartment."""
    fast: Floats
    """Half-life of the fast compartment, days."""
    slow: Floats
    """Half-life of the slow compartment, days; always longer than the fast one."""
    transfer: Floats
    """Share of what leaves the fast compartment that enters the slow one, 0 to 1."""
    expectancy: Floats
    """Log-fall of the score that comes with being treated at all and fades; negative for those who are let down."""
    baseline: Floats
    """Level of the score before treatment, points."""
    drift: Floats
    """Change of both log half-lives over ten further infusions."""
    growth: Floats
    """Log-fall that grows over weeks without any drug and stays; negative for those who worsen while treated."""

    @classmethod
    def from_latent(cls, latent: Floats) -> PatientParameters:
        """Patients at these coordinates, shape (n, 9) in the order of `LATENT`."""
        fast = np.maximum(np.exp(latent[:, 1]), _SHORTEST_FAST)
        durable = 1 / (1 + np.exp(np.clip(latent[:, 8] / -_PASSAGE, -50, 50)))
        extra = latent[:, 2] + durable * np.maximum(
            math.log(structure().fixed["durable_days"]) - latent[:, 2], 0
        )
        return cls(
            gain=np.exp(latent[:, 0]),
            fast=fast,
            slow=fast + np.maximum(np.exp(extra), _APART * fast),
            transfer=1 / (1 + np.exp(-latent[:, 3])),
            expectancy=latent[:, 4],
            baseline=np.exp(latent[:, 5]),
            drift=latent[:, 6],
            growth=latent[:, 7],
        )

    @classmethod
    def together(cls, groups: Sequence[PatientParameters]) -> PatientParameters:
        """Groups of patients as one."""
        return cls(*(np.concatenate([getattr(g, f.name) for g in groups]) for f in fields(cls)))

    def only(self, places: npt.NDArray[np.intp]) -> PatientParameters:
        """Those at these places."""
        return PatientParameters(*(getattr(self, f.name)[places] for f in fields(self)))

    def single(self) -> PatientParameters:
        """The same in single precision."""
        return PatientParameters(*(getattr(self, f.name).astype(np.float32) for f in fields(self)))

    def __len__(self) -> int:
        return len(self.gain)
