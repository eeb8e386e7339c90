"""Scores of one scale in a course: baseline, best and last, and what the scale's own criteria say of the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from tenuto.core.course.facts import ScoreFact
from tenuto.core.policy import Policy
from tenuto.core.scales.change import ScoreChange, StatementKind, compare, relapse_prompt
from tenuto.core.scales.definition import Direction, Instrument
from tenuto.core.scales.reading import instruments
from tenuto.core.scales.scoring import Score

__all__ = ["CourseScore", "ResponderKind", "ScaleAccount", "responder_kind", "scale_accounts"]

HUNDRED = Decimal(100)


class ResponderKind(StrEnum):
    """After how many infusions of the series a response was first seen."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class CourseScore:
    """A total on the day on which it was taken. `id` is that of the form."""

    id: str
    on: date
    value: Decimal
    instrument_version: int


@dataclass(frozen=True, slots=True)
class ScaleAccount:
    """One scale in a course. Scores taken on the day of an infusion count as taken before it."""

    scale: str
    title: str
    before: tuple[CourseScore, ...]
    """Up to and on the day of the first infusion of the course, oldest first; all while nothing was given."""
    after: tuple[CourseScore, ...]
    """Since the first infusion, oldest first."""
    best: CourseScore | None
    """The best since the first infusion; of two as good the later."""
    response: bool | None
    """Of the last score, by this scale's criterion and by more than its noise; None without baseline, score or criterion."""
    remission: bool | None
    reliable: bool | None
    """Whether the last score differs from baseline by more than noise, for better or worse."""
    improved_points: Decimal | None
    """From baseline to the last score; negative when it is worse."""
    improved_percent: Decimal | None
    """The same as a share of the baseline, to one decimal, half up."""
    responded_on: date | None
    """The day of the first score in response."""
    drifting: bool
    """There was a response, and the last two scores are both worse than the best by more than noise."""

    @property
    def baseline(self) -> CourseScore | None:
        """The last score before the first infusion; never the best or the worst."""
        return self.before[-1] if self.before else None

    @property
    def last(self) -> CourseScore | None:
        """The newest score of all."""
        return self.after[-1] if self.after else self.baseline


def scale_accounts(scores: Iterable[ScoreFact], *, began: date | None) -> tuple[ScaleAccount, ...]:
    """The account of every scale with a total, in alphabetical order of id. `began`: the first infusion of the course.

    The scores may stand in any order; of two on one day the one recorded last is the later. Scales that are not known here
    are left out, as are forms without a total.
    """
    by_scale: dict[str, list[ScoreFact]] = {}
    for fact in scores:
        if fact.value is not None and fact.scale in instruments():
            by_scale.setdefault(fact.scale, []).append(fact)
    return tuple(_account(instruments()[scale], by_scale[scale], began) for scale in sorted(by_scale))


def responder_kind(account: ScaleAccount, infusions: Sequence[date], policy: Policy) -> ResponderKind | None:
    """Early, middle or late by the number of infusions given before the first score in response; None without one.

    infusions: days of the series, in order. Source: half of those who respond have done so by the third infusion [V];
    where early ends and late begins is the clinic's [D].
    """
    if account.responded_on is None:
        return None
    given = sum(day < account.responded_on for day in infusions)
    if given <= policy.whole("responder_early_infusions"):
        return ResponderKind.EARLY
    return ResponderKind.MIDDLE if given <= policy.whole("responder_middle_infusions") else ResponderKind.LATE


def _account(scale: Instrument, facts: Sequence[ScoreFact], began: date | None) -> ScaleAccount:
    points = [_score(scale, fact) for fact in sorted(facts, key=lambda f: (f.taken, f.recorded, f.id))]
    before = tuple(point for point in points if began is None or point.on <= began)
    after = tuple(points[len(before) :])
    baseline = before[-1] if before else None
    changes = [_change(scale, baseline, point) for point in after] if baseline else []
    now = changes[-1] if changes else None
    responded = [point.on for point, change in zip(after, changes, strict=False) if _responds(change)]
    best = _best(scale, after)
    return ScaleAccount(
        scale=scale.id,
        title=scale.title,
        before=before,
        after=after,
        best=best,
        response=_responds(now) if now else None,
        remission=now.holds(StatementKind.REMISSION) if now else None,
        reliable=now.holds(StatementKind.RELIABLE) if now else None,
        improved_points=now.improvement if now else None,
        improved_percent=_percent(baseline, now),
        responded_on=responded[0] if responded else None,
        drifting=bool(responded) and _drifts(scale, best, after),
    )


def _score(scale: Instrument, fact: ScoreFact) -> CourseScore:
    version = scale.version if fact.instrument_version is None else fact.instrument_version
    return CourseScore(fact.id, fact.taken, fact.value if fact.value is not None else Decimal(), version)


def _result(scale: Instrument, point: CourseScore) -> Score:
    return Score(scale.id, point.instrument_version, point.value, None, False, (), (), (), ())


def _change(scale: Instrument, baseline: CourseScore, now: CourseScore) -> ScoreChange:
    return compare(scale, _result(scale, baseline), _result(scale, now))


def _responds(change: ScoreChange) -> bool | None:
    """Response by the scale's criterion, and never within its noise; None where the scale has no criterion."""
    response = change.holds(StatementKind.RESPONSE)
    if not response:
        return response
    return change.holds(StatementKind.RELIABLE) is not False


def _percent(baseline: CourseScore | None, change: ScoreChange | None) -> Decimal | None:
    if baseline is None or change is None or change.improvement is None or baseline.value <= 0:
        return None
    return (change.improvement * HUNDRED / baseline.value).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _best(scale: Instrument, after: Sequence[CourseScore]) -> CourseScore | None:
    if not after or scale.higher is Direction.NEITHER:
        return None
    sign = 1 if scale.higher is Direction.WORSE else -1
    return min(reversed(after), key=lambda point: sign * point.value)


def _drifts(scale: Instrument, best: CourseScore | None, after: Sequence[CourseScore]) -> bool:
    if best is None:
        return False
    following = after[after.index(best) + 1 :]
    return relapse_prompt(scale, _result(scale, best), [_result(scale, point) for point in following])
