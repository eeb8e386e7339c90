"""How a course is brought to its end: tapered off in longer and longer steps, completed, or taken up again.

A prescriber decides each; here is only what follows. No step of a taper counts by silence: a longer interval is offered once a
score since the last infusion still responds. The rule is the table `tests/spec/course/ending.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.infusion import CourseError
from tenuto.core.course.judged import InfusionPart, JudgedInfusion
from tenuto.core.course.windows import DateWindow
from tenuto.core.policy import Policy

__all__ = ["check_taper", "ending_of", "taper_window", "tapered"]


def ending_of(
    facts: Iterable[EndingFact], *, series: str, struck: Collection[str], as_of: date
) -> EndingFact | None:
    """The taper or completion that stands for a series on a day; None without one and once it is taken up again."""
    own = [each for each in facts if each.series == series and each.on <= as_of and each.id not in struck]
    newest = max(own, key=lambda each: (each.recorded, each.id), default=None)
    return newest if newest is not None and newest.kind is not EndingKind.RESUME else None


def tapered(ending: EndingFact | None, given: Sequence[JudgedInfusion]) -> int:
    """How many infusions of the taper are given: those after the day on which it was decided. 0 without a taper."""
    if ending is None or ending.kind is not EndingKind.TAPER:
        return 0
    return sum(each.on > ending.on for each in given)


def taper_window(ending: EndingFact, given: Sequence[JudgedInfusion], *, holds: bool) -> DateWindow | None:
    """Between which days the next infusion of a taper falls due; None before the first infusion and after the last.

    It opens after the interval that came before, in days from the last infusion, and closes after the taper's own. Unless
    the response `holds` by a score since the last infusion, the interval is not lengthened.
    """
    done = tapered(ending, given)
    if not given or done >= len(ending.intervals_days):
        return None
    longest, last = ending.intervals_days[done], given[-1]
    before = ending.intervals_days[done - 1] if done else last.days_after or longest
    shortest = min(before, longest)
    closes = longest if holds else shortest
    n = 1 + sum(each.part is InfusionPart.MAINTENANCE for each in given)
    return DateWindow(n, last.on + timedelta(days=shortest), last.on + timedelta(days=closes))


def check_taper(intervals: Sequence[int], *, now_days: int | None, policy: Policy) -> None:
    """Raise CourseError unless each interval is as long as the one before or longer by no more than the clinic's step.

    now_days: the interval that holds now; the first one counts from it. Limits: `taper_infusions_max`,
    `forecast_step_most_days`, `taper_interval_max_days` [D].
    """
    most, step = policy.whole("taper_infusions_max"), policy.whole("forecast_step_most_days")
    longest = policy.whole("taper_interval_max_days")
    if not 1 <= len(intervals) <= most:
        raise CourseError(f"A taper has 1 to {most} infusions, and this one {len(intervals)}.")
    before = now_days
    for days in intervals:
        if not 1 <= days <= longest:
            raise CourseError(f"{days} days is no interval of a taper. Give 1 to {longest} days.")
        if before is not None and days < before:
            raise CourseError(f"{days} days is shorter than the {before} before. A taper never goes back.")
        if before is not None and days > before + step:
            raise CourseError(
                f"{days} days is more than {step} days longer than the {before} before. Take a smaller step."
            )
        before = days
