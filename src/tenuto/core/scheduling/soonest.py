"""One rule of the clock for all who propose, check or repair: a visit starts after now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["LEAD", "is_over", "soonest"]

LEAD = timedelta(minutes=15)
"""What is proposed starts no sooner, so that it can still be accepted by whoever reads it first [D]."""


def is_over(start: datetime, now: datetime) -> bool:
    """Whether a visit that starts then has begun: none is booked or moved there. Both aware of their zone."""
    return start.astimezone(UTC) <= now.astimezone(UTC)


def soonest(now: datetime) -> datetime:
    """The moment from which on visits are proposed; in the zone of `now`."""
    return (now.astimezone(UTC) + LEAD).astimezone(now.tzinfo)
