"""The booster window: from the model's risk, bounded by what this patient was seen to hold, on clinic days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.durability.course import CourseStanding, Definitions, State
from tenuto.core.durability.record import History
from tenuto.core.durability.stepwise import LongestInterval, bound, first_interval_most
from tenuto.core.durability.survival import ResponseCurve
from tenuto.core.forecast.days import first_open, last_open

__all__ = ["BoosterWindow", "lost_by", "window"]


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
    bounded: bool
    """True when not the risk but what was seen ends the window."""
    not_seen_to: date | None
    """How far the model's risk alone would reach, where that is beyond `end`; None beyond the model's year."""
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
    curve: ResponseCurve, history: History, now: CourseStanding, rules: Definitions, as_of: date
) -> BoosterWindow:
    """The window as it stood at the last score or infusion; `as_of` only says whether it is past.

    curve: of lost response in days from `history.known_to`, so that time without scores never moves the window away.
    """
    origin, treated = history.known_to, history.infusions[-1].on

    def on(risk: float) -> date | None:
        day = curve.day_of_risk(risk)
        return None if day is None else origin + timedelta(days=max(math.floor(day) - _confirming(rules), 0))

    limit = bound(history, now, rules, first_interval_most(history, rules))
    furthest, risky = treated + timedelta(days=limit.days), on(rules.risk_upper)
    bounded = risky is None or furthest < risky
    end = last_open(treated, furthest if bounded or risky is None else risky, rules)
    early = history.scores[-1].on if now.state in (State.LOSING, State.DRIFTING) else on(rules.risk_lower)
    start = end if early is None else min(first_open(max(early, treated + timedelta(days=1)), rules), end)
    return BoosterWindow(
        start=start,
        end=end,
        longest_acceptable=(end - treated).days,
        risk=lost_by(curve, (end - origin).days, rules),
        bound=limit,
        bounded=bounded,
        not_seen_to=risky if bounded else end,
        overdue=end < as_of,
    )
