"""The rescue slot: a place between two infusions of maintenance that is kept for a patient whose response may be lost earlier."""

from __future__ import annotations

from datetime import date, timedelta

from tenuto.core.booking.preparation import preparation_rules

__all__ = ["rescue_days"]


def rescue_days(last: date, booked: date, *, least_gap_days: int) -> tuple[date, date] | None:
    """Between which days the slot is kept: from a share of the way from the last infusion to the booked one on, and a
    least gap away from both, in whole days. None where no day is left.

    Source: `preparation.toml`, ours [D].
    """
    gap = timedelta(days=max(least_gap_days, 1))
    share = preparation_rules().rescue_share
    first = max(last + timedelta(days=round((booked - last).days * share)), last + gap)
    return (first, booked - gap) if first <= booked - gap else None
