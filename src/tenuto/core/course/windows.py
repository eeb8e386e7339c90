"""When the next infusions of a maintenance rule fall due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.literature.maintenance import MaintenanceKind, MaintenanceRule

__all__ = ["DateWindow", "first_windows"]


@dataclass(frozen=True, slots=True)
class DateWindow:
    """The nth infusion falls due between two dates, both included."""

    n: int
    first: date
    last: date


def first_windows(rule: MaintenanceRule, last_induction: date, *, count: int) -> tuple[DateWindow, ...]:
    """The first `count` windows after the last induction infusion.

    Each window counts from the one before: the earliest date if every infusion comes as early as the rule allows,
    the latest if every one comes as late. Only an interval rule has windows; what falls due as needed has none.
    """
    shortest, longest = rule.interval_days_min, rule.interval_days_max
    if rule.kind is not MaintenanceKind.INTERVAL or shortest is None or longest is None:
        return ()
    if rule.infusions_max is not None:
        count = min(count, rule.infusions_max.value)
    return tuple(
        DateWindow(
            n,
            last_induction + timedelta(days=n * shortest.value),
            last_induction + timedelta(days=n * longest.value),
        )
        for n in range(1, count + 1)
    )
