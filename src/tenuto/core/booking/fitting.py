"""Whether the visits that stand still fit the plan, after a new version of it was signed or a day was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from tenuto.core.dates import say_day

__all__ = ["misfits", "too_short"]


def misfits(
    days: Iterable[date],
    *,
    left: int,
    least_gap_days: int,
    most_gap_days: int,
    after: date | None,
    most_a_week: int | None = None,
    had: Iterable[date] = (),
) -> tuple[str, ...]:
    """What of the booked visits no longer fits, in sentences; empty when all of it does.

    `days` are the dates of the visits that stand, in any order; `left` infusions of the series are not given yet; the gaps
    are whole days from one date to the next; `after` is the date of the last infusion given, None before the first. On
    any seven days in a row `most_a_week` are the most, with those given on the days `had`. Visits that are missing are no
    misfit: they are booked.
    """
    ordered = sorted(days)
    return (
        *_too_many(len(ordered), left),
        *_gaps(ordered, least_gap_days, most_gap_days, after),
        *_weeks(ordered, most_a_week, had),
    )


def _weeks(ordered: list[date], most: int | None, had: Iterable[date]) -> Iterator[str]:
    """The first seven days that hold too many, with a booked visit among them: what ends that ends the next as a rule."""
    everything = sorted({*ordered, *had})
    for first in everything if most is not None else ():
        inside = [day for day in everything if 0 <= (day - first).days < 7]
        if most is not None and len(inside) > most and any(day in ordered for day in inside):
            yield (
                f"{len(inside)} infusions stand from {say_day(inside[0])} to {say_day(inside[-1])}; the plan has at most {most} "
                "on 7 days."
            )
            return


def too_short(
    booked: Iterable[tuple[date, int, int]], *, attended_minutes: int, observe_minutes: int
) -> tuple[str, ...]:
    """Which visits are booked shorter than the plan has them, in sentences.

    `booked` holds the date of each visit and its minutes with the nurse and under observation. Longer ones are no misfit.
    """
    found = []
    for day, attended, observed in sorted(booked):
        lacking = max(attended_minutes - attended, 0) + max(observe_minutes - observed, 0)
        if lacking:
            found.append(f"The visit on {say_day(day)} is booked {lacking} min shorter than the plan has it.")
    return tuple(found)


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
