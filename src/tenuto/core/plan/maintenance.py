"""The first date windows that follow from a maintenance rule, and the rule in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.dates import say_date
from tenuto.core.literature.maintenance import MaintenanceKind, MaintenanceRule
from tenuto.core.policy import Policy

__all__ = ["DateWindow", "first_windows", "maintenance_text"]


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


def maintenance_text(rule: MaintenanceRule, windows: tuple[DateWindow, ...], policy: Policy) -> str:
    """The rule in words: what, when first, when consent and benefit are looked at again."""
    parts = [rule.text]
    if windows:
        parts.append(f"First between {say_date(windows[0].first)} and {say_date(windows[0].last)}.")
    if rule.kind is MaintenanceKind.INTERVAL and rule.interval_days_min != rule.interval_days_max:
        stretch = policy.whole("maintenance_stretch_days")
        parts.append(f"Each stable interval may be followed by one about {stretch} days longer.")
    if rule.kind is not MaintenanceKind.NONE:
        parts.append(
            f"Consent and benefit are reviewed every {policy.whole('maintenance_review_infusions')} infusions or "
            f"{policy.whole('maintenance_review_months')} months, whichever comes first."
        )
    if rule.months_until_review is not None:
        parts.append(
            f"After {rule.months_until_review.value} months the medical director reviews whether to go on."
        )
    return " ".join(parts)
