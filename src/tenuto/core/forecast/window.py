"""The booster window: from the model's risk, bounded by what this patient was seen to hold, on clinic days."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tenuto.core.durability.course import CourseStanding, Definitions
from tenuto.core.durability.record import History
from tenuto.core.durability.stepwise import LongestInterval, bound, first_interval_most
from tenuto.core.durability.survival import ResponseCurve
from tenuto.core.forecast.aimed import worth
from tenuto.core.forecast.days import first_open, last_open

__all__ = ["BoosterWindow", "lost_by", "window"]


Ending = Literal["seen", "risk", "aim", "earlier"]


@dataclass(frozen=True, slots=True)
class BoosterWindow:
    """When a booster falls due. Both ends are clinic days."""

    start: date
    """The risk of lost response passes the clinic's lower limit, or the window's end is reached."""
    end: date
    """The longest that is offered: the risk passes the upper limit, or this patient was not seen to hold longer."""
    longest_acceptable: int
    """Days from the last infusion to `end`."""
    risk: float
    """Probability that response is lost by `end`, see `lost_by`."""
    bound: LongestInterval
    ended_by: Ending
    """What ends the window: what this patient was seen to hold, the clinic's limit of risk, that an infusion is worth giving, or
    what was offered before the scores got worse."""
    gained: float
    """Days with the aim held, of the 14 after it, that an infusion on `end` is expected to bring."""
    not_seen_to: date | None
    """How far the model's risk alone would reach; None beyond the model's year."""
    overdue: bool
    """`end` is past on the day of the forecast."""


def lost_by(curve: ResponseCurve, days: int, rules: Definitions) -> float:
    """Risk that response is lost by a day, counted from the first of the scores in a row that make the loss.

    A loss takes several scores to confirm. Counted from the last of them the risk would be nil for weeks, by definition.
    """
    return min(max(1 - curve.at(max(days + _confirming(rules), 0)), 0.0), 1.0)


def _confirming(rules: Definitions) -> int:
    """Days from the first to the last of the scores that make a loss."""
    return (rules.scores_in_row - 1) * rules.every_days


def window(
    curve: ResponseCurve,
    gains: Iterator[tuple[float, float]],
    history: History,
    now: CourseStanding,
    rules: Definitions,
    as_of: date,
    *,
    no_later: date | None = None,
) -> BoosterWindow:
    """The window as it stood at the last score or infusion; `as_of` only says whether it is past.

    curve: of lost response; gains: see `aimed.weekly_gains`; both in days from `history.known_to`, so that time without
    scores never moves the window away. no_later: the end that was offered before the last score, when that one is worse.
    """
    origin, treated = history.known_to, history.infusions[-1].on

    def on(risk: float) -> date | None:
        day = curve.day_of_risk(risk)
        return None if day is None else origin + timedelta(days=max(math.floor(day) - _confirming(rules), 0))

    limit = bound(history, now, rules, first_interval_most(history, rules))
    furthest, risky = treated + timedelta(days=limit.days), on(rules.risk_upper)
    looked = worth(gains, rules.worth_days, (furthest - origin).days)
    due = None if looked.due is None else origin + timedelta(days=looked.due)
    ended_by, latest = _first(("seen", furthest), ("risk", risky), ("aim", due))
    end = last_open(treated, latest, rules)
    if no_later is not None and no_later < end:
        ended_by, end = "earlier", no_later
    early = on(rules.risk_lower)
    start = end if early is None else min(first_open(max(early, treated + timedelta(days=1)), rules), end)
    return BoosterWindow(
        start=start,
        end=end,
        longest_acceptable=(end - treated).days,
        risk=lost_by(curve, (end - origin).days, rules),
        bound=limit,
        ended_by=ended_by,
        gained=looked.on((end - origin).days),
        not_seen_to=end if ended_by == "risk" else risky,
        overdue=end < as_of,
    )


def _first(seen: tuple[Ending, date], *others: tuple[Ending, date | None]) -> tuple[Ending, date]:
    """The earliest of the ends, and of those on one day what says most: the aim, the risk, then what was seen."""
    ending, day = seen
    for other, on in others:
        if on is not None and on <= day:
            ending, day = other, on
    return ending, day
