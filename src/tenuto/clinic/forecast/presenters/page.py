"""The forecast page in ready words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.accounts.api import may, one_who_may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.forecast.courses import CourseKnown, CourseRead
from tenuto.clinic.forecast.models import DateDecision, StoredForecast
from tenuto.clinic.forecast.presenters.dates import DateRow, date_rows
from tenuto.clinic.forecast.presenters.picture import CourseFigure, course_figure, past_windows
from tenuto.clinic.forecast.presenters.rules import RuleRow, rule_rows
from tenuto.clinic.forecast.standing import ForecastStanding
from tenuto.clinic.ui.charts.course import CoursePicture
from tenuto.clinic.ui.words import count, day, long_day
from tenuto.core.durability.course import State
from tenuto.core.forecast.offered import OfferedDay, offered_days
from tenuto.core.forecast.words import (
    days_to_loss,
    followed_words,
    learned_lines,
    one_in,
    percent,
    review_words,
    standing_lines,
    state_words,
    window_lines,
)
from tenuto.core.plan.factors import Factor, factors

__all__ = ["ForecastPage", "PastRow", "Pins", "forecast_page", "picture_of", "proposed_day"]

MARKS = {
    State.RESPONDING: "pass",
    State.DRIFTING: "review",
    State.LOSING: "review",
    State.PARTIAL: "review",
    State.UNSTABLE: "review",
    State.NOT_RESPONDING: "review",
    State.LOST: "block",
    State.BASELINE: "unknown",
}
SHOWN = 12
"""Earlier forecasts on the page."""


@dataclass(frozen=True, slots=True)
class PastRow:
    """An earlier forecast."""

    made: str
    state: str
    said: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Pins:
    """What the forecast can be made from again."""

    model: str
    parameters: str
    policy: str
    inputs: str
    stored: str


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """Everything on the page, in the order in which it is read."""

    mark: str
    state: str
    hero: str
    """The longest acceptable interval, or that nothing is forecast."""
    hero_day: str
    risk: str
    standing: tuple[str, ...]
    abstained: str
    review: str
    bound: tuple[str, ...]
    to_loss: str
    followed: str
    """Up to when anybody was followed, and what the numbers beyond that day are."""
    figure: CourseFigure
    days: tuple[DateRow, ...]
    chosen: DateRow | None
    overdue: bool
    rules: tuple[RuleRow, ...]
    learned: str
    drivers: tuple[str, ...]
    factors: tuple[Factor, ...]
    past: tuple[PastRow, ...]
    more_past: int
    decision: DateDecision | None
    moved_nearer: bool
    decisions: tuple[DateDecision, ...]
    can_decide: bool
    who_decides: str
    pins: Pins
    left_out: str
    ground: str


def forecast_page(
    known: CourseKnown,
    read: CourseRead,
    *,
    stored: Sequence[StoredForecast],
    decisions: Sequence[DateDecision],
    stands: ForecastStanding,
    asked: date | None,
    staff: Staff,
) -> ForecastPage:
    """stored, decisions: the newest first. asked: the day that the address asks about."""
    found, history, rules = read.found, read.history, known.definitions
    offered = offered_days(found, [each.infusion for each in known.infusions], rules)
    chosen = _chosen(offered, asked)
    picture = picture_of(read, stored=stored, stands=stands, chosen=chosen)
    figure = course_figure(picture)
    days = date_rows(offered, chosen=chosen, x_wide=figure.wide_scale.x, x_narrow=figure.narrow_scale.x)
    window = found.window
    learned = tuple(learned_lines(found))
    return ForecastPage(
        mark=MARKS[found.standing.state],
        state=_capital(state_words(history, found, rules)),
        hero=_hero(read),
        hero_day=long_day(window.end) if window else "",
        risk=_risk(read, rules.risk_upper),
        standing=tuple(standing_lines(history, found, rules)),
        abstained=found.reason or "",
        review=review_words(found),
        bound=tuple(window_lines(window, found, rules)) if window else (),
        to_loss=days_to_loss(found),
        followed=followed_words(history, found),
        figure=figure,
        days=days,
        chosen=next((row for row in days if row.chosen), None),
        overdue=window is not None and window.overdue,
        rules=rule_rows(known, read),
        learned=learned[0],
        drivers=() if found.abstained else tuple(line.strip() for line in learned[1:]),
        factors=factors(),
        past=tuple(_past(row, first=number == 0) for number, row in enumerate(stored[:SHOWN])),
        more_past=max(len(stored) - SHOWN, 0),
        decision=stands.decision,
        moved_nearer=stands.moved_nearer,
        decisions=tuple(decisions),
        can_decide=may(staff, "forecast.decide"),
        who_decides=f"{one_who_may('forecast.decide').capitalize()} decides on the date.",
        pins=_pins(known, read, stored),
        left_out=f"Not used: {', '.join(history.other_scales)}." if history.other_scales else "",
        ground=known.ground,
    )


def picture_of(
    read: CourseRead,
    *,
    stored: Sequence[StoredForecast],
    stands: ForecastStanding,
    chosen: date | None = None,
) -> CoursePicture:
    """What is drawn; `stored` are the newest first."""
    decision = stands.decision
    past = past_windows(reversed(stored), read)
    return CoursePicture(read.history, read.found, past, chosen, decision.on if decision else None)


def proposed_day(read: CourseRead) -> date | None:
    """The longest acceptable day; None when nothing is forecast or it is past."""
    window = read.found.window
    return window.end if window is not None and not window.overdue else None


def _chosen(offered: Sequence[OfferedDay], asked: date | None) -> date | None:
    """The day that was asked for where it is offered, else the longest; the nearest one before it, when it is no clinic day."""
    if not offered:
        return None
    if asked is None:
        return offered[0].on
    return next((each.on for each in offered if each.on <= asked), offered[-1].on)


def _hero(read: CourseRead) -> str:
    window = read.found.window
    if window is None:
        return "No forecast"
    late = (read.found.as_of - window.end).days
    return f"{count(late, 'day')} past" if window.overdue else count(window.longest_acceptable, "day")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _risk(read: CourseRead, line: float) -> str:
    window = read.found.window
    if window is None:
        return ""
    return (
        f"{one_in(window.risk).capitalize()} people ({percent(window.risk)}) with such a course have lost response by "
        f"then. The clinic's review line is {line:.0%}."
    )


def _past(row: StoredForecast, *, first: bool) -> PastRow:
    window = row.window
    said = f"{day(window[0])} to {long_day(window[1])}" if window else row.reason
    if window and window[0] == window[1]:
        said = long_day(window[1])
    return PastRow(long_day(row.as_of), row.state.replace("_", " "), said, first)


def _pins(known: CourseKnown, read: CourseRead, stored: Sequence[StoredForecast]) -> Pins:
    policy, newest = known.policy, stored[0] if stored else None
    stands = newest is not None and newest.ground == known.ground
    return Pins(
        model=f"{read.found.model_version}",
        parameters=read.found.parameters_sha256[:12],
        policy=f"{policy.id} version {policy.version}",
        inputs=known.ground[:12],
        stored=f"Kept on {long_day(newest.as_of)}"
        if newest and stands
        else "Not kept yet: it is kept at night, and with the decision",
    )
