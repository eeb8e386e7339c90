"""What a trial reports: the metrics, and when each figure is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tenuto.core.durability.reading import TrackedTable, TrialError

__all__ = ["METRICS", "RELAPSE_METRICS", "Endpoint", "endpoint_from"]

METRICS = (
    "response",
    "remission",
    "response_by_infusion",
    "remission_by_infusion",
    "score_mean",
    "score_change",
    "effect_size",
    "relapse_free",
    "relapse_within",
    "median_days_to_relapse",
    "mean_days_to_relapse_of_relapsers",
    "median_infusions_to_response",
    "median_infusions_to_remission",
    "better_same_worse",
    "later_improvement",
)
RELAPSE_METRICS = (
    "relapse_free",
    "relapse_within",
    "median_days_to_relapse",
    "mean_days_to_relapse_of_relapsers",
)
_OVER_ALL = (
    "median_days_to_relapse",
    "mean_days_to_relapse_of_relapsers",
    "median_infusions_to_response",
    "median_infusions_to_remission",
)
"""Judged over the whole trial unless a time is given."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One reported figure: what, and when (day from the first infusion, or after an infusion, or from the last)."""

    metric: str
    day: float | None = None
    after_infusion: int | None = None
    from_last: bool = False
    since_day: float | None = None
    points: float | None = None
    """For better_same_worse: change that counts as better or worse."""

    def judged_on(self, infusion_days: tuple[float, ...]) -> float:
        """The day of the trial on which a figure by day is judged."""
        return (self.day or 0.0) + infusion_days[-1 if self.from_last else 0]

    @property
    def at(self) -> str:
        """When, as the CSV says it."""
        if self.after_infusion is not None:
            return f"infusion {self.after_infusion}"
        if self.day is None:
            return ""
        return f"day {self.day:g}" + (" from last infusion" if self.from_last else "")


def endpoint_from(raw: Any, where: str, infusions: int) -> Endpoint:
    """An entry of `[[report]]` in a trial with so many infusions; TrialError names what is wrong with it."""
    table = TrackedTable(raw, where)
    endpoint = Endpoint(
        metric=table.choice("metric", METRICS),
        day=table.number("day", None, most=3650),
        after_infusion=table.whole("after_infusion", None, least=1, most=infusions),
        from_last=table.choice("from", ("first_infusion", "last_infusion"), "first_infusion")
        == "last_infusion",
        since_day=table.number("since_day", None, most=3650),
        points=table.number("points", None, most=1000),
    )
    table.done()
    _sensible(endpoint, table)
    return endpoint


def _sensible(endpoint: Endpoint, table: TrackedTable) -> None:
    """Refuse an entry that would be passed over: what a figure is called must be what it is."""
    metric = endpoint.metric
    by_day, by_infusion = endpoint.day is not None, endpoint.after_infusion is not None

    def refuse(why: str) -> TrialError:
        return TrialError(f"{table.where}: '{metric}' {why}.")

    if by_day and by_infusion:
        raise refuse("has both 'day' and 'after_infusion'. Keep one")
    if metric in RELAPSE_METRICS and by_infusion:
        raise refuse("is judged by day. Give 'day' instead of 'after_infusion'")
    if metric == "later_improvement" and not by_infusion:
        raise refuse("needs 'after_infusion'")
    if metric not in _OVER_ALL and not (by_day or by_infusion):
        raise refuse("needs 'day' or 'after_infusion'")
    if metric != "better_same_worse" and (endpoint.since_day is not None or endpoint.points is not None):
        raise refuse("has no 'since_day' and no 'points'. Remove them")
