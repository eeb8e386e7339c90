"""When an infusion becomes worth giving for what the clinic's maintenance is to keep."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tenuto.core.durability.aim import aim_line, days_gained
from tenuto.core.durability.course import CourseStanding, Definitions
from tenuto.core.durability.model import Walk
from tenuto.core.durability.record import History, dose_of

__all__ = ["Worth", "weekly_gains", "worth"]


@dataclass(frozen=True, slots=True)
class Worth:
    """The days that an infusion brings, by the day on which it is given; days count from `known_to`."""

    days: tuple[float, ...]
    gained: tuple[float, ...]
    """Of each of `days`: days with the aim held, of the 14 after the infusion, that only it is expected to bring."""
    due: int | None
    """First day on which it brings as many as the clinic asks; None when it does not before the last of `days`."""

    def on(self, day: int) -> float:
        """What an infusion on `day` brings; straight between the days that were looked at."""
        return float(np.interp(day, self.days, self.gained))


def weekly_gains(
    walk: Walk, history: History, rules: Definitions, now: CourseStanding
) -> Iterator[tuple[float, float]]:
    """Days from `known_to` on which scores are scheduled, without end, each with what an infusion on it brings.

    walk: equally weighted draws, on the day of `known_to`; it is walked on. A thousand tell the days to a fraction of one.
    """
    known_to, draws = walk.day, len(walk.patients)
    weights = np.full(draws, 1 / draws)
    line = aim_line(rules.aim, history.measure, now.line, walk.patients)
    day, dose = 0.0, dose_of(history.infusions[-1])
    while True:
        walk.to(known_to + day)
        yield day, days_gained(walk.copy(), weights, line, dose, rules.every_days)
        day += rules.every_days


def worth(gains: Iterator[tuple[float, float]], worth_days: float, until: int) -> Worth:
    """Look along the days until an infusion brings as many days as are asked of one, or a day is at or beyond `until`."""
    days: list[float] = []
    gained: list[float] = []
    for day, brings in gains:
        days.append(day)
        gained.append(brings)
        if brings >= worth_days or day >= until:
            break
    return Worth(tuple(days), tuple(gained), _due(days, gained, worth_days))


def _due(days: list[float], gained: list[float], worth_days: float) -> int | None:
    """Only the last day that was looked at may bring enough; between it and the one before the days gained rise."""
    if gained[-1] < worth_days:
        return None
    if len(days) == 1:
        return math.floor(days[0])
    share = (worth_days - gained[-2]) / (gained[-1] - gained[-2])
    return math.floor(days[-2] + share * (days[-1] - days[-2]))
