"""An induction on a calendar: clinic days, closed days, gaps, weekly counts. Dates in, dates out; no clock.

A day's gap is taken from the same time of day to the same time of day. When real times are known,
`course.gaps.judge_gaps` looks at them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial
from itertools import pairwise
from math import ceil

from tenuto.core.course.gaps import least_gap_days
from tenuto.core.dates import WEEKDAY_NAMES, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.literature.protocol import Induction
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag

__all__ = ["LEFT_OUT", "Calendar", "InfusionKind", "PlannedInfusion", "Series", "plan_series"]

LEFT_OUT = "SERIES-OPTIONAL"
"""The remark that optional infusions are not in the plan, since no day is left for them; it stands beside the days."""

WEEK = 7
HORIZON_DAYS = 730
DESIGN = Basis((Tag.D,))


class InfusionKind(StrEnum):
    """Belongs to the induction, is given only if the review before it says so, or holds the response afterwards."""

    INDUCTION = "induction"
    OPTIONAL = "optional"
    MAINTENANCE = "maintenance"
    """After the induction, on a day that a prescriber decided."""


@dataclass(frozen=True, slots=True)
class PlannedInfusion:
    """The nth infusion on its date."""

    n: int
    on: date
    kind: InfusionKind


@dataclass(frozen=True, slots=True)
class Series:
    """Planned infusions in order, and what does not fit."""

    infusions: tuple[PlannedInfusion, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of the week (Monday = 0) on which the clinic infuses, and the dates on which it is closed."""

    clinic_days: tuple[int, ...]
    closed: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """True when the clinic infuses on that date."""
        return day.weekday() in self.clinic_days and day not in self.closed

    def first_open(self, day: date) -> date | None:
        """The first open date on or after `day`, or None when there is none within two years."""
        if not self.clinic_days:
            return None
        ahead = (day + timedelta(days=i) for i in range(min(HORIZON_DAYS, (date.max - day).days)))
        return next((d for d in ahead if self.is_open(d)), None)

    @property
    def days_text(self) -> str:
        """The clinic days in words."""
        return ", ".join(WEEKDAY_NAMES[d] for d in self.clinic_days) or "no day of the week"


def plan_series(
    induction: Induction,
    *,
    start: date,
    calendar: Calendar,
    policy: Policy,
    given: Sequence[date] = (),
    infusions: int | None = None,
) -> Series:
    """Place the induction's remaining infusions on open days from `start`.

    `given` are the dates of infusions already given: after a miss, call again with them and a new start; what is
    left moves back, the count and the gaps stay, nothing is doubled. `infusions` fixes the count inside the
    protocol's range; else the least count is planned and the rest, as far as the window reaches, is optional.

    First evenly spread dates are tried, from the most infusions a week to the least in halves, then the earliest
    possible ones. If even those end after the protocol's window, the ones that end first are returned with a finding
    that says by how much; a series that can't be spread to the window's least days has a finding, too. Gaps are never
    shortened. An optional infusion for which the window has no day is named in a remark.
    """
    least = induction.infusions_min.value if infusions is None else infusions
    most = induction.infusions_max.value if infusions is None else infusions
    first_from = start if not given else max(start, given[-1] + timedelta(days=1))
    placing = _Placing(induction, calendar, tuple(given), least_gap_days(induction.gap_rule, policy))
    left = least - len(given)
    if left <= 0:
        return Series((), ())
    if calendar.first_open(first_from) is None:
        return Series((), (_nothing_open(calendar, first_from),))
    halves = range(2 * induction.per_week_max.value, 2 * induction.per_week_min.value - 1, -1)
    attempts: list[Callable[[int], list[date]]] = [
        partial(placing.even, start=first_from, per_week=Decimal(half) / 2) for half in halves
    ]
    attempts.append(partial(placing.earliest, start=first_from))
    tried = []
    for place in attempts:
        dates = place(left)
        findings = placing.judge(dates, least)
        tried.append((dates, findings))
        if not findings:
            break
    dates, findings = min(tried, key=lambda t: (len(t[1]), -len(t[0]), t[0][-1]))
    if not findings and most > least:
        more = placing.earliest(most - len(given), first_from, after=dates)
        dates = [d for i, d in enumerate(more) if i < left or placing.inside_window(d, more)]
        if len(dates) < len(more):
            findings = (placing.left_out(more, first=len(given) + len(dates) + 1),)
    numbered = enumerate(dates, len(given) + 1)
    return Series(
        tuple(
            PlannedInfusion(n, d, InfusionKind.INDUCTION if n <= least else InfusionKind.OPTIONAL)
            for n, d in numbered
        ),
        findings,
    )


@dataclass(frozen=True, slots=True)
class _Placing:
    induction: Induction
    calendar: Calendar
    given: tuple[date, ...]
    gap_days: int

    def earliest(self, count: int, start: date, after: Sequence[date] = ()) -> list[date]:
        """Each infusion beyond those of `after` on the first day that gap and weekly count allow: none ends sooner."""
        placed = list(after)
        while len(placed) < count and (day := self._next(placed, start)) is not None:
            placed.append(day)
        return placed

    def even(self, count: int, start: date, per_week: Decimal) -> list[date]:
        """Each infusion on the allowed day nearest to an even spread of `per_week`; the earlier of two as near."""
        placed: list[date] = []
        while len(placed) < count and (day := self._next(placed, start)) is not None:
            if placed:
                ideal = WEEK * len(placed) / per_week
                days = [day + timedelta(days=i) for i in range(WEEK + 1)]
                allowed = [d for d in days if self._allowed(d, placed)]
                day = min(allowed, key=lambda d: (abs((d - placed[0]).days - ideal), d))
            placed.append(day)
        return placed

    def inside_window(self, day: date, dates: list[date]) -> bool:
        first = (self.given or tuple(dates))[0]
        return (day - first).days < self.induction.window_days_max.value

    def judge(self, dates: list[date], count: int) -> tuple[Finding, ...]:
        """What is wrong with dates for the whole count: too long, too short, a hole, or too few."""
        whole = [*self.given, *dates]
        if len(whole) < count:
            return (_nothing_open(self.calendar, whole[-1] + timedelta(days=1)),)
        span = (whole[-1] - whole[0]).days + 1
        weeks = ceil(count / self.induction.per_week_min.value)
        window = min(self.induction.window_days_max.value, weeks * WEEK)
        found = []
        if span > window:
            found.append(self._too_long(whole, count, span, window))
        elif not self.given and span < self.induction.window_days_min.value:
            found.append(self._too_short(whole, count, span))
        longest = self.induction.gap_days_max
        gap, before, after = max(((b - a).days, a, b) for a, b in pairwise([whole[0], *whole]))
        if longest is not None and gap > longest.value:
            message = (
                f"{gap} days lie between {say_date(before)} and {say_date(after)}; this protocol allows at most "
                f"{longest.value}. Open another day or choose another start."
            )
            found.append(Finding("SERIES-HOLE", Level.REVIEW, message, longest.basis))
        return tuple(found)

    def _too_long(self, whole: list[date], count: int, span: int, window: int) -> Finding:
        if self.given:
            why = f"after {len(self.given)} given, the series is extended"
        else:
            closed = any(whole[0] <= d <= whole[-1] for d in self.calendar.closed)
            why = (
                f"on {self.calendar.days_text}{' with the closed days' if closed else ''}, {self.gap_days} "
                f"{'day' if self.gap_days == 1 else 'days'} or more from one infusion to the next, it can't end sooner"
            )
        message = (
            f"{count} infusions take {span} days, until {say_date(whole[-1])}; this protocol means {window} days: {why}. "
            "Open more days, choose a slower protocol, or accept the longer series."
        )
        return Finding("SERIES-WINDOW", Level.REVIEW, message, self.induction.window_days_max.basis)

    def _too_short(self, whole: list[date], count: int, span: int) -> Finding:
        least = self.induction.window_days_min
        message = (
            f"{count} infusions take {span} days, until {say_date(whole[-1])}; this protocol means at least "
            f"{least.value} days. On {self.calendar.days_text} no wider spread fits: open other days, or accept the "
            "shorter series."
        )
        return Finding("SERIES-SHORT", Level.REVIEW, message, least.basis)

    def left_out(self, dates: list[date], *, first: int) -> Finding:
        """A remark about optional infusions that the window has no day for: they would vanish without a word."""
        whole = [*self.given, *dates]
        window = self.induction.window_days_max
        names = f"Infusion {first}" if first == len(whole) else f"Infusions {first} to {len(whole)}"
        message = (
            f"{names}, given only if a review says so, would reach day {(whole[-1] - whole[0]).days + 1}; this protocol "
            f"ends by day {window.value} on {self.calendar.days_text}. They are not in the plan: ask for the number of "
            "infusions, or open more days."
        )
        return Finding(LEFT_OUT, Level.PASS, message, window.basis)

    def _next(self, placed: list[date], start: date) -> date | None:
        day = start
        for _ in range(HORIZON_DAYS):
            if self._allowed(day, placed):
                return day
            if day == date.max:
                return None
            day += timedelta(days=1)
        return None

    def _allowed(self, day: date, placed: list[date]) -> bool:
        if not self.calendar.is_open(day):
            return False
        before = [*self.given, *placed]
        if not before:
            return True
        this_week = sum(1 for d in before if 0 <= (day - d).days < WEEK)
        return (day - before[-1]).days >= self.gap_days and this_week < self.induction.per_week_max.value


def _nothing_open(calendar: Calendar, start: date) -> Finding:
    message = (
        f"No clinic day was found from {say_date(start)} on: the clinic infuses on {calendar.days_text}. "
        "Give at least one clinic day, or check the closed days."
    )
    return Finding("SERIES-NO-DAY", Level.REVIEW, message, DESIGN)
