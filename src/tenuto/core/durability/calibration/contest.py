"""How sure a lead in summed log score is: the same rows scored under two models, compared group of studies by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenuto.core.durability.calibration.table import studies

__all__ = ["Lead", "lead"]


@dataclass(frozen=True, slots=True)
class Lead:
    """By how much one model's summed, weighted log score is above another's."""

    total: float
    error: float
    """Standard error of the total, the groups of studies taken as independent."""
    by_group: Mapping[str, float]

    @property
    def better_in(self) -> int:
        """Groups in which the first model scores higher."""
        return sum(each > 0 for each in self.by_group.values())

    @property
    def most_from(self) -> str:
        """The group that adds most to the total."""
        return max(self.by_group, key=lambda group: self.by_group[group])


def lead(own: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> Lead:
    """The lead of `own` over `other`: rows with `key`, `weight` and `log_score`, the same keys in both."""
    group_of = {row.key: study.group for study in studies() for row in study.rows}
    rival = {row["key"]: row["log_score"] for row in other}
    by_group: dict[str, float] = {}
    for row in own:
        group = group_of[row["key"]]
        gained = row["weight"] * (row["log_score"] - rival[row["key"]])
        by_group[group] = by_group.get(group, 0.0) + gained
    total, count = sum(by_group.values()), len(by_group)
    scatter = sum((each - total / count) ** 2 for each in by_group.values())
    return Lead(total, math.sqrt(count / (count - 1) * scatter), by_group)
