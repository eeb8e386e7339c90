"""What is due next in a course: the next infusion by what was signed, and the next score. Dates only; nobody is booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.ending import taper_window
from tenuto.core.course.facts import SignedCourse
from tenuto.core.course.judged import InfusionPart, JudgedInfusion
from tenuto.core.course.response import ScaleAccount
from tenuto.core.course.windows import DateWindow, first_windows
from tenuto.core.literature.maintenance import maintenance_rule
from tenuto.core.policy import Policy

__all__ = ["CourseDue", "CoursePhase", "DueKind", "due_of", "next_window", "phase_of", "rule_window"]


class CoursePhase(StrEnum):
    """How far a course has come."""

    UNPLANNED = "unplanned"
    """No plan is in force."""
    BEFORE = "before"
    """Signed; nothing is given yet."""
    INDUCTION = "induction"
    END = "end"
    """The whole series is given, and no maintenance yet."""
    MAINTENANCE = "maintenance"


class DueKind(StrEnum):
    """What is due."""

    INFUSION = "infusion"
    OPTIONAL = "optional"
    """An infusion that is given only if a review says so."""
    MAINTENANCE = "maintenance"
    BASELINE = "baseline"
    """A score before the first infusion."""
    END_SCORE = "end score"
    """The first score after the last infusion of the series."""
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class CourseDue:
    """Something that is due between two days, both included. It is late from the day after `last`."""

    kind: DueKind
    first: date
    last: date
    n: int | None = None
    """Which infusion of the series."""

    def late(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.last


def phase_of(signed: SignedCourse | None, given: Sequence[JudgedInfusion]) -> CoursePhase:
    """Where the course stands by what was signed and given."""
    if signed is None:
        return CoursePhase.UNPLANNED
    if any(each.part is InfusionPart.MAINTENANCE for each in given):
        return CoursePhase.MAINTENANCE
    if len(given) >= signed.infusions:
        return CoursePhase.END
    return CoursePhase.INDUCTION if given else CoursePhase.BEFORE


def rule_window(signed: SignedCourse, given: Sequence[JudgedInfusion]) -> DateWindow | None:
    """Between which days the signed rule puts the next maintenance infusion; None where it names no dates or no more."""
    rule = maintenance_rule(signed.maintenance)
    had = sum(each.part is InfusionPart.MAINTENANCE for each in given)
    most = rule.infusions_max
    if not given or (most is not None and had >= most.value):
        return None
    return next(iter(first_windows(rule, given[-1].on, count=1)), None)


def next_window(
    signed: SignedCourse,
    given: Sequence[JudgedInfusion],
    scale: ScaleAccount | None,
    ending: EndingFact | None,
) -> DateWindow | None:
    """Between which days the next maintenance infusion falls due: by the taper where one stands, else by the signed rule.

    None after a completion, after the last infusion of a taper, and where the rule names no dates.
    """
    if ending is None:
        return rule_window(signed, given)
    if ending.kind is EndingKind.COMPLETE:
        return None
    return taper_window(ending, given, holds=_holds(given, scale))


def _holds(given: Sequence[JudgedInfusion], scale: ScaleAccount | None) -> bool:
    """Whether a score since the last infusion still responds. Silence is no such score."""
    if scale is None or not given or not scale.response or scale.drifting:
        return False
    return scale.after[-1].on > given[-1].on


def due_of(
    signed: SignedCourse | None,
    given: Sequence[JudgedInfusion],
    scale: ScaleAccount | None,
    policy: Policy,
    *,
    ending: EndingFact | None = None,
) -> tuple[CourseDue, ...]:
    """The next infusion and the next score, each once, in this order. scale: the one by which response is judged.

    After a completion no infusion is due, and the next score on the day of the follow-up.
    """
    phase = phase_of(signed, given)
    if signed is None:
        return ()
    if ending is not None and ending.kind is EndingKind.COMPLETE:
        by = ending.follow_up_by or ending.on
        seen = scale is not None and scale.last is not None and scale.last.on > ending.on
        return () if seen else (CourseDue(DueKind.SCORE, by, by),)
    window = next_window(signed, given, scale, ending)
    return (*_infusions(phase, signed, given, window), *_scores(phase, given, scale, policy))


def _infusions(
    phase: CoursePhase, signed: SignedCourse, given: Sequence[JudgedInfusion], window: DateWindow | None
) -> Iterator[CourseDue]:
    following = next((day for day in signed.days if day.n == len(given) + 1), None)
    if phase in (CoursePhase.BEFORE, CoursePhase.INDUCTION):
        if following is not None:
            yield CourseDue(DueKind.INFUSION, following.on, following.on, following.n)
        return
    if phase is CoursePhase.END and following is not None and following.optional:
        yield CourseDue(DueKind.OPTIONAL, following.on, following.on, following.n)
    if window is not None:
        yield CourseDue(DueKind.MAINTENANCE, window.first, window.last)


def _scores(
    phase: CoursePhase, given: Sequence[JudgedInfusion], scale: ScaleAccount | None, policy: Policy
) -> Iterator[CourseDue]:
    last = scale.last if scale else None
    if scale is None or scale.baseline is None:
        if not given:
            return
        yield CourseDue(DueKind.BASELINE, given[0].on, given[0].on)
        if last is None:
            return
    if not given or last is None:
        return
    after_last = last.on > given[-1].on
    if phase is CoursePhase.END and not after_last:
        days = policy.whole("forecast_score_every_days")
        yield CourseDue(
            DueKind.END_SCORE, given[-1].on + timedelta(days=1), given[-1].on + timedelta(days=days)
        )
        return
    often = phase in (CoursePhase.BEFORE, CoursePhase.INDUCTION)
    days = policy.whole("forecast_score_every_days" if often else "score_maintenance_days")
    by = last.on + timedelta(days=days)
    yield CourseDue(DueKind.SCORE, by, by)
