"""The occasions of one course: the windows that the battery opens around its infusions, and where an answer belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from tenuto.core.outcomes.battery import AskedScale, Battery, OccasionAnchor, OccasionRule

__all__ = ["AnsweredScale", "AskingCourse", "Occasion", "filed_under", "occasions"]

UNTIL_THE_NEXT = frozenset({OccasionAnchor.INDUCTION, OccasionAnchor.SINCE})
"""What hangs on one of these is over when another infusion follows."""


@dataclass(frozen=True, slots=True)
class AskingCourse:
    """What the battery needs to know of a course. Days are those of the clinic's calendar.

    given: the infusions given, oldest first. planned: those still to come. induction: how many the signed series has.
    interval_days: the interval of maintenance in force; None without one. conditions: what the series treats.
    ended_on: from this day on nothing is asked; None while the course goes on.
    """

    given: tuple[date, ...]
    planned: tuple[date, ...]
    induction: int
    conditions: frozenset[str]
    interval_days: int | None = None
    ended_on: date | None = None

    @property
    def infusions(self) -> tuple[date, ...]:
        """Given and planned, in order. A planned day that is not after the last one given counts no more."""
        last = max(self.given, default=date.min)
        return (*sorted(self.given), *sorted(day for day in self.planned if day > last))


@dataclass(frozen=True, slots=True)
class Occasion:
    """One window of one course: `key` is the rule and the infusion it hangs on, such as `before-3`."""

    key: str
    rule: OccasionRule
    opens: date
    closes: date

    def __contains__(self, day: date) -> bool:
        return self.opens <= day <= self.closes

    def asks(self, conditions: frozenset[str]) -> tuple[AskedScale, ...]:
        """The scales that are asked for these conditions, in order."""
        return tuple(ask for ask in self.rule.asks if ask.applies(conditions))


@dataclass(frozen=True, slots=True)
class AnsweredScale:
    """A form that was answered: which scale, on which day it was written, and whether it has a valid score."""

    scale: str
    on: date
    valid: bool = True


def occasions(course: AskingCourse, rules: Battery, *, until: date) -> tuple[Occasion, ...]:
    """Every occasion that opens up to the day `until`, by the day on which it opens.

    Without any infusion, given or planned, there is none. An occasion that would open on the day on which the course
    ended, or later, does not.
    """
    found = [
        occasion
        for rule in rules.occasions
        for occasion in _of_rule(rule, course, until)
        if occasion.opens <= until and (course.ended_on is None or occasion.opens < course.ended_on)
    ]
    order = {rule.id: place for place, rule in enumerate(rules.occasions)}
    return tuple(sorted(found, key=lambda o: (o.opens, o.closes, order[o.rule.id])))


def filed_under(answer: AnsweredScale, course: AskingCourse, among: Iterable[Occasion]) -> Occasion | None:
    """The occasion that an answer belongs to by the day on which it was written, however late it arrived.

    Of several open ones that ask the scale it is the one that opened last, the first of these in the order of
    `occasions`. None when none asked it that day.
    """
    fitting = [
        occasion
        for occasion in among
        if answer.on in occasion and any(a.scale == answer.scale for a in occasion.asks(course.conditions))
    ]
    return max(fitting, key=lambda o: o.opens, default=None)


def _of_rule(rule: OccasionRule, course: AskingCourse, until: date) -> Iterator[Occasion]:
    days = course.infusions
    for n in _anchors(rule.anchor, len(days), course.induction):
        following = days[n] if n < len(days) else None
        for turn, shift in enumerate(_shifts(rule, course), 1):
            anchor = days[n - 1] + timedelta(days=shift)
            opens, closes = (
                anchor + timedelta(days=rule.opens_days),
                anchor + timedelta(days=rule.closes_days),
            )
            if opens > until or _is_over(rule, opens, course, following):
                break
            if rule.anchor in UNTIL_THE_NEXT and following is not None:
                closes = min(closes, following)
            key = f"{rule.id}-{n}" if rule.every_days is None else f"{rule.id}-{n}.{turn}"
            yield Occasion(key, rule, opens, closes)


def _anchors(anchor: OccasionAnchor, infusions: int, induction: int) -> Sequence[int]:
    """The numbers of the infusions, from 1, that an occasion hangs on."""
    numbers = range(1, infusions + 1)
    match anchor:
        case OccasionAnchor.FIRST:
            return numbers[:1]
        case OccasionAnchor.EACH:
            return numbers
        case OccasionAnchor.INDUCTION:
            return numbers[induction - 1 : induction]
        case OccasionAnchor.MAINTENANCE:
            return numbers[induction:]
        case OccasionAnchor.SINCE:
            return numbers[induction - 1 :]


def _shifts(rule: OccasionRule, course: AskingCourse) -> Iterable[int]:
    """Days from the anchor to each turn of the occasion."""
    if rule.every_days is None:
        return (0,)
    if rule.every_days:
        return count(0, rule.every_days)
    interval = course.interval_days or rule.otherwise_days
    return count(interval, interval)


def _is_over(rule: OccasionRule, opens: date, course: AskingCourse, following: date | None) -> bool:
    """Whether a turn comes too late: the next infusion was there first, or the induction has ended."""
    if rule.anchor in UNTIL_THE_NEXT:
        return following is not None and opens >= following
    if rule.every_days is None:
        return False
    days = course.infusions[: course.induction]
    return opens > days[-1]
