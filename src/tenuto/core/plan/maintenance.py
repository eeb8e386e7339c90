"""What follows an induction: maintenance rules as data, and the first date windows that follow from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from tenuto.core.dates import say_date
from tenuto.core.literature import table
from tenuto.core.plan.entries import Entry
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Sourced

__all__ = [
    "DateWindow",
    "MaintenanceKind",
    "MaintenanceRule",
    "first_windows",
    "maintenance_rule",
    "maintenance_rules",
    "maintenance_text",
]


class MaintenanceKind(StrEnum):
    """An interval, when symptoms return, or not at all."""

    INTERVAL = "interval"
    AS_NEEDED = "as_needed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MaintenanceRule:
    """One rule. Intervals in days, from infusion to infusion; None where the rule gives no number."""

    id: str
    text: str
    kind: MaintenanceKind
    interval_days_min: Sourced[int] | None
    interval_days_max: Sourced[int] | None
    infusions_max: Sourced[int] | None
    months_until_review: Sourced[int] | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class DateWindow:
    """The nth infusion falls due between two dates, both included."""

    n: int
    first: date
    last: date


@cache
def maintenance_rules() -> Mapping[str, MaintenanceRule]:
    """All rules by id."""
    return {
        id_: _rule(id_, Entry(raw, f"maintenance.toml [{id_}]")) for id_, raw in table("maintenance").items()
    }


def maintenance_rule(id_: str) -> MaintenanceRule:
    """The rule named `id_`; KeyError with a sentence that lists those that exist."""
    try:
        return maintenance_rules()[id_]
    except KeyError:
        known = ", ".join(maintenance_rules())
        raise KeyError(f"There is no maintenance rule '{id_}'. Choose one of: {known}.") from None


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


def _rule(id_: str, entry: Entry) -> MaintenanceRule:
    def optional(key: str) -> Sourced[int] | None:
        return entry.count(key) if key in entry.raw else None

    return MaintenanceRule(
        id=id_,
        text=entry.text("text"),
        kind=MaintenanceKind(entry.text("kind")),
        interval_days_min=optional("interval_days_min"),
        interval_days_max=optional("interval_days_max"),
        infusions_max=optional("infusions_max"),
        months_until_review=optional("months_until_review"),
        basis=entry.basis(),
    )
