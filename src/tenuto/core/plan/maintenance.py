"""A maintenance rule in words."""

from __future__ import annotations

from datetime import date

from tenuto.core.course.windows import DateWindow
from tenuto.core.dates import say_date
from tenuto.core.literature.maintenance import MaintenanceKind, MaintenanceRule
from tenuto.core.policy import Policy

__all__ = ["maintenance_text"]


def maintenance_text(
    rule: MaintenanceRule, windows: tuple[DateWindow, ...], policy: Policy, *, last: date | None
) -> str:
    """The rule in words: what, when first, when consent and benefit are looked at again."""
    parts = [rule.text]
    if windows:
        parts.append(f"First between {say_date(windows[0].first)} and {say_date(windows[0].last)}.")
        if last is not None:
            parts.append(
                f"Counted from the last infusion, here {say_date(last)}; when the series ends on another day, from that day."
            )
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
