"""Scores of many rows, and how sure one model's lead is: the same rows under two models, group of studies by group."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenuto.core.durability.calibration.table import reported, studies

__all__ = ["PARTS", "Lead", "interval_score", "lead", "summed"]

PARTS: Mapping[str, Callable[[str], bool]] = {
    "first table": lambda key: reported()[key].first_table,
    "second table": lambda key: not reported()[key].first_table,
    "both": lambda _: True,
}
"""Which rows, by key."""


def summed(rows: Sequence[Mapping[str, Any]]) -> float:
    """Summed, weighted log score of rows."""
    return float(sum(row["weight"] * row["log_score"] for row in rows))


def interval_score(rows: Sequence[Mapping[str, Any]]) -> float:
    """Weighted mean interval score of rows at 90 %."""
    return float(
        sum(row["weight"] * row["interval_score"] for row in rows) / sum(row["weight"] for row in rows)
    )


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
    def by_chance(self) -> float:
        """Chance of being better in as many groups or more when either model were as good in each: a sign test, one-sided."""
        groups = len(self.by_group)
        as_good: int = sum(math.comb(groups, k) for k in range(self.better_in, groups + 1))
        return math.ldexp(as_good, -groups)

    def without(self, group: str) -> Lead:
        """The lead over the other groups."""
        return _lead({name: each for name, each in self.by_group.items() if name != group})

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
    return _lead(by_group)


def _lead(by_group: Mapping[str, float]) -> Lead:
    total, count = sum(by_group.values()), len(by_group)
    scatter = sum((each - total / count) ** 2 for each in by_group.values())
    return Lead(total, math.sqrt(count / (count - 1) * scatter), by_group)
