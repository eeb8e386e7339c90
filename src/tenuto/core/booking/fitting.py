"""Whether the visits that stand still fit the plan, after a new version of it was signed or a day was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from tenuto.core.dates import say_day

__all__ = ["misfits"]


def misfits(
    days: Iterable[date], *, left: int, least_gap_days: int, most_gap_days: int, after: date | None
) -> tuple[str, ...]:
    """What of the booked visits no longer fits, in sentences; empty when all of it does.

    `days` are the dates of the visits that stand, in any order; `left` infusions of the series are not given yet; the gaps
    are whole days from one date to the next; `after` is the date of the last infusion given, None before the first. Visits
    that are missing are no misfit: they are booked.
    """
    ordered = sorted(days)
    return (*_too_many(len(ordered), left), *_gaps(ordered, least_gap_days, most_gap_days, after))


def _too_many(booked: int, left: int) -> Iterator[str]:
    if booked > left:
        more = booked - left
        yield (
            f"{booked} visits are booked, and the plan has {left} left: cancel {'one' if more == 1 else more}."
        )


def _gaps(ordered: list[date], least: int, most: int, after: date | None) -> Iterator[str]:
    if after is not None and ordered and (ordered[0] - after).days < least:
        yield _too_near(after, ordered[0], least)
    for one, two in pairwise(ordered):
        gap = (two - one).days
        if gap < least:
            yield _too_near(one, two, least)
        elif gap > most:
            yield f"{gap} days lie between {say_day(one)} and {say_day(two)}; the plan has at most {most}."


def _too_near(one: date, two: date, least: int) -> str:
    gap = (two - one).days
    days = "1 day lies" if gap == 1 else f"{gap} days lie"
    return f"Only {days} between {say_day(one)} and {say_day(two)}; the plan has at least {least}."
