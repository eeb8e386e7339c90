"""The quantities in which patients differ, and the unbounded coordinates in which their spread is normal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from tenuto.core.durability.normal import Floats

__all__ = ["LATENT", "PatientParameters"]

LATENT = ("log_gain", "log_fast", "log_slow_extra", "logit_transfer", "context", "log_baseline", "drift")
"""The coordinates of one patient, in order. Half-lives in days; `log_slow_extra` is the log of slow minus fast."""

_SHORTEST_FAST = 0.5
"""Days. The benefit appears over hours, so a half-life below this is not what the model means by fast."""


_APART = 0.01
"""Least distance of the slow from the fast half-life, as a share of the fast one."""


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
    context: Floats
    """Log-fall of the score that comes with being treated at all; negative for those who worsen."""
    baseline: Floats
    """Level of the score before treatment, points."""
    drift: Floats
    """Change of both log half-lives over ten further infusions."""

    @classmethod
    def from_latent(cls, latent: Floats) -> PatientParameters:
        """Patients at these coordinates, shape (n, 7) in the order of `LATENT`."""
        fast = np.maximum(np.exp(latent[:, 1]), _SHORTEST_FAST)
        return cls(
            gain=np.exp(latent[:, 0]),
            fast=fast,
            slow=fast + np.maximum(np.exp(latent[:, 2]), _APART * fast),
            transfer=1 / (1 + np.exp(-latent[:, 3])),
            context=latent[:, 4],
            baseline=np.exp(latent[:, 5]),
            drift=latent[:, 6],
        )

    @classmethod
    def together(cls, groups: Sequence[PatientParameters]) -> PatientParameters:
        """Groups of patients as one."""
        return cls(*(np.concatenate([getattr(g, f.name) for g in groups]) for f in fields(cls)))

    def __len__(self) -> int:
        return len(self.gain)
