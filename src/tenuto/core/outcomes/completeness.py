"""How many of the outcome scores that were due are there: of a patient, a clinician, a week. Nothing is estimated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from tenuto.core.outcomes.battery import Battery
from tenuto.core.outcomes.occasions import AnsweredScale, AskingCourse, Occasion, filed_under, occasions

__all__ = ["ScoreCompleteness", "WantedScore", "completeness", "grouped", "wanted_scores"]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class WantedScore:
    """One outcome score that was due: for which occasion, until when, and whether a valid one is there."""

    occasion: str
    scale: str
    opens: date
    closes: date
    there: bool

    @property
    def week(self) -> date:
        """The Monday of the week in which the window closes."""
        return self.closes - timedelta(days=self.closes.weekday())


@dataclass(frozen=True, slots=True)
class ScoreCompleteness:
    """So many of so many scores. `percent` is None when none was due: nothing is no hundred percent."""

    there: int
    wanted: int

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down, so that 100 means all."""
        return self.there * 100 // self.wanted if self.wanted else None


def wanted_scores(
    course: AskingCourse, answers: Sequence[AnsweredScale], rules: Battery, *, as_of: date
) -> tuple[WantedScore, ...]:
    """Every outcome score that was due up to the day before `as_of`, and those of open occasions that are there already.

    A scale that was answered shortly before its window opened was not asked again, and is not wanted. An answer counts
    for the occasion that it belongs to by its day; one without a valid score does not count.
    """
    all_of_them = [o for o in occasions(course, rules, until=as_of) if o.rule.outcome]
    valid = [a for a in answers if a.valid]
    there = {
        (found.key, answer.scale)
        for answer in valid
        if (found := filed_under(answer, course, all_of_them)) is not None
    }
    return tuple(
        WantedScore(o.key, ask.scale, o.opens, o.closes, (o.key, ask.scale) in there)
        for o in all_of_them
        for ask in o.asks(course.conditions)
        if ask.outcome
        and ((o.key, ask.scale) in there or o.closes < as_of)
        and ((o.key, ask.scale) in there or not _was_fresh(o, ask.scale, ask.again_days, valid))
    )


def _was_fresh(occasion: Occasion, scale: str, again_days: int, answers: Iterable[AnsweredScale]) -> bool:
    """Whether an earlier answer still stood on every day of the window."""
    return any(a.scale == scale and 0 <= (occasion.closes - a.on).days < again_days for a in answers)


def completeness(scores: Iterable[WantedScore]) -> ScoreCompleteness:
    """How many of these scores are there."""
    known = list(scores)
    return ScoreCompleteness(sum(score.there for score in known), len(known))


def grouped(scores: Iterable[tuple[K, WantedScore]]) -> Mapping[K, ScoreCompleteness]:
    """ScoreCompleteness by whatever stands beside each score, such as its patient, its clinician or its week."""
    found: dict[K, list[WantedScore]] = defaultdict(list)
    for key, score in scores:
        found[key].append(score)
    return {key: completeness(each) for key, each in found.items()}
