"""What invented patients answer as time passes: the effect of an infusion fades, faster in some than in others.

Every number here is invented, and only makes courses that a visitor can follow. Nobody of them has thoughts of death.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from tenuto.core.course.account import CourseAccount
from tenuto.core.scales.definition import Direction, Instrument, Item

__all__ = ["InventedAnswers", "answers_of"]

USUAL_DAYS = 55.0
DAYS = {"Demo Heather": 150.0, "Demo Gorse": 40.0, "Demo Clary": 45.0, "Demo Tansy": 90.0}
"""Days after which some three fifths of what an infusion did are gone again."""
SHAPE = 2.0
"""Slow at first, then faster."""
WITHOUT_COURSE = 16
"""PHQ-9 of who has no score yet."""
MOST = 24
FOLLOWS = frozenset({"gad7", "daily_mood", "daily_anxiety", "pcl5", "peg", "nrs"})
"""Scales that follow the PHQ-9 of these people."""


@dataclass(frozen=True, slots=True)
class InventedAnswers:
    """How somebody is on a day, as a PHQ-9 total, and what they answer accordingly."""

    total: int

    def value(self, scale: Instrument, item: Item) -> int:
        """The stored value of the answer to one question."""
        options = sorted(option.value for option in item.options)
        if scale.id == "phq9":
            return self._phq9(item.id)
        if scale.id not in FOLLOWS:
            # What would be a red flag is answered with none of it.
            return options[len(options) // 2] if scale.id == "global_change" else options[0]
        share = self.total / MOST if scale.higher is Direction.WORSE else 1 - self.total / MOST
        return options[round(share * (len(options) - 1))]

    def _phq9(self, item: str) -> int:
        if not item.isdecimal() or int(item) > 9:
            return 1
        each, more = divmod(self.total, 8)
        return 0 if item == "9" else each + (int(item) <= more)


def answers_of(name: str, account: CourseAccount | None, *, on: date) -> InventedAnswers:
    """How somebody is on a day: as well as ever soon after an infusion, then on the way back to where they began."""
    scale = account.scale if account is not None else None
    if account is None or scale is None or scale.baseline is None or scale.best is None or not account.given:
        return InventedAnswers(WITHOUT_COURSE + _noise(name, on))
    first, best = int(scale.baseline.value), int(scale.best.value)
    since = (on - account.given[-1].on).days
    held = math.exp(-((since / DAYS.get(name, USUAL_DAYS)) ** SHAPE))
    total = round(first - (first - best) * held) + _noise(name, on)
    return InventedAnswers(min(max(total, 0), MOST))


def _noise(name: str, on: date) -> int:
    """One more or less, the same at every call."""
    return sha256(f"{name} {on}".encode()).digest()[0] % 3 - 1
