"""What maintenance is to keep, and on how many days an infusion is expected to keep it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tenuto.core.durability.model import Walk
from tenuto.core.durability.normal import Floats
from tenuto.core.durability.patients import PatientParameters
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = ["AIMS", "AIM_DAYS", "AIM_WORDS", "Aim", "aim_line", "days_gained"]

Aim = Literal["keep_gain", "keep_response", "keep_remission"]
AIMS: tuple[Aim, ...] = ("keep_gain", "keep_response", "keep_remission")
AIM_WORDS: dict[Aim, str] = {
    "keep_gain": "keep the gain",
    "keep_response": "keep response",
    "keep_remission": "keep remission",
}
AIM_DAYS = 14
"""Days over which the effect of an infusion is counted: near enough that waiting for the next score is the alternative."""
_CLOSE = 1e-9
"""Points; a level on the line is not above it."""


def aim_line(aim: Aim, measure: ScaleMeasure, gain_line: float, patients: PatientParameters) -> Floats:
    """The level, points, at or below which each of n patients holds the aim, shape (n,).

    gain_line: the score above which more of the improvement is lost than the clinic allows.
    """
    if aim == "keep_remission":
        return np.full(len(patients), measure.remission_at_most)
    if aim == "keep_response":
        return (1 - measure.response_fall) * patients.baseline
    return np.full(len(patients), gain_line)


def days_gained(walk: Walk, weights: Floats, line: Floats, dose: float, every_days: int) -> float:
    """Days, of the coming `AIM_DAYS`, on which the level is expected at or below a line only with an infusion now.

    walk: weighted draws of one patient on the day of the infusion; it ends up at the end of these days. weights, line: (n,).
    dose: mg/kg. Looked at every `every_days` days.
    """
    treated, most, now, gained = walk.copy(), line + _CLOSE, walk.day, 0.0
    treated.infuse(dose)
    for day in range(every_days, AIM_DAYS + 1, every_days):
        walk.to(now + day)
        treated.to(now + day)
        held = (treated.score() <= most).astype(float) - (walk.score() <= most)
        gained += every_days * float(np.einsum("n,n->", weights, held))
    return gained
