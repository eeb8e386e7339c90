"""Whom to call on the day of a visit that was missed: somebody whose answers or scores were worse (hazard H18)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

__all__ = ["NoShowContact", "no_show_contact"]


@dataclass(frozen=True, slots=True)
class NoShowContact:
    """A person to call, and why."""

    missed_on: date
    why: str


def no_show_contact(
    missed: Collection[date], *, drifting: bool, concern: str, today: date
) -> NoShowContact | None:
    """Whether somebody is called because of a visit that did not take place, the newest of `missed` until `today`.

    `concern` is an open concern of safety about the person in words, such as a positive answer; empty when there is none.
    None without a missed visit or without a reason: then the visit is only booked again.
    """
    on = max((day for day in missed if day <= today), default=None)
    if on is None or not (drifting or concern):
        return None
    reasons = [f"open: {concern}"] if concern else []
    if drifting:
        reasons.append("the last two scores are worse than the best by more than noise")
    return NoShowContact(
        on, f"Did not come on {on:%a} {on.day} {on:%b}, and {'; '.join(reasons)}. Call today."
    )
