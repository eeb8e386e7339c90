"""How far a patient may be waited for: the longest interval this patient was seen to hold, and a step beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.durability.course import CourseStanding, State
from tenuto.core.durability.definitions import Definitions, LengtheningSteps
from tenuto.core.durability.evidence import known
from tenuto.core.durability.record import History

__all__ = ["LongestInterval", "bound", "first_interval_most", "longest_seen", "no_step_because", "step"]


@dataclass(frozen=True, slots=True)
class LongestInterval:
    """The longest interval that may be offered, whatever a model expects."""

    days: int
    """From the last infusion."""
    seen: int
    """Days this patient was seen to hold; 0 when nothing was seen."""
    because: str
    """Why not longer, as the end of a sentence: `bounded by ...`."""


def step(days: int, steps: LengtheningSteps) -> int:
    """Days by which an interval of `days` may be lengthened: a share of it, between the policy's limits."""
    least, most = steps.long if days >= steps.long_from else steps.short
    return min(max(int(steps.share * days), least), most)


def longest_seen(history: History, response_at_most: float, steps: LengtheningSteps) -> int:
    """The longest interval without infusion through which response was seen to hold, in days; 0 when none was.

    A maintenance interval counts in full when the last score in it is a response and at most `steps.hold_score` days
    older than the infusion that ended it, else up to its last score in response. The running interval counts up to
    the last score. An interval at whose end response was gone counts up to the last score in response, and longer
    ones before it no longer count: what held once may not hold now.
    """
    days = [i.on for i in history.infusions]
    seen = 0
    for start, end in zip(days, [*days[1:], None], strict=True):
        if end is not None and (end - start).days < steps.maintenance_gap:
            continue
        held, failed = _held(history, start, end, response_at_most, steps)
        seen = held if failed else max(seen, held)
    return seen


def _held(
    history: History, start: date, end: date | None, response_at_most: float, steps: LengtheningSteps
) -> tuple[int, bool]:
    """Days for which response was seen in one interval, and whether it was gone at the last score."""
    within = [s for s in history.scores if start < s.on and (end is None or s.on <= end)]
    good = [s.on for s in within if s.value <= response_at_most + 1e-9]
    if not within:
        return 0, False
    failed = not good or good[-1] < within[-1].on
    held = (good[-1] - start).days if good else 0
    if end is not None and not failed and (end - good[-1]).days <= steps.hold_score:
        held = (end - start).days
    return held, failed


def no_step_because(history: History, steps: LengtheningSteps) -> str | None:
    """Why the interval is not lengthened beyond what was seen, or None when it may be.

    Days count to the last score: time without scores does not end the caution.
    """
    at = history.scores[-1].on
    recent = [
        ("antidepressant_changed", steps.none_after_antidepressant, "a change of antidepressant"),
        ("suicide_attempt", steps.none_after_attempt, "a suicide attempt"),
    ]
    for kind, within, words in recent:
        dates = [e.on for e in history.events if e.kind == kind]
        if dates and (at - dates[-1]).days <= within:
            return f"no step beyond it within {within} days of {words}"
    risen = history.item_rises
    if risen and (at - risen[-1]).days <= steps.none_after_item_rise:
        return (
            f"no step beyond it within {steps.none_after_item_rise} days of a rise of the question on suicide"
        )
    return None


def first_interval_most(history: History, rules: Definitions) -> int:
    """Days that protocol and evidence allow for a first maintenance interval."""
    entry = known(history.condition)
    published = entry.after_one if len(history.infusions) == 1 else entry.after_series
    return min(published, rules.fixed_days)


def bound(history: History, now: CourseStanding, rules: Definitions, first_most: int) -> LongestInterval:
    """The longest interval that may be offered from the last infusion.

    first_most: days that protocol and evidence allow for the first interval after a series, when this patient was not
    yet seen to hold any maintenance interval.
    """
    seen = longest_seen(history, now.response_at_most, rules.steps)
    if now.state in (State.LOSING, State.DRIFTING):
        until = history.scores[-1].on + timedelta(days=rules.every_days)
        return LongestInterval((until - history.infusions[-1].on).days, seen, "the next scheduled score")
    held = f"the {seen} days that this patient was seen to hold"
    stopped = no_step_because(history, rules.steps)
    if stopped is not None:
        if seen:
            return LongestInterval(seen, seen, f"{held}: {stopped}")
        return LongestInterval(
            rules.steps.maintenance_gap, seen, f"the shortest maintenance interval: {stopped}"
        )
    further = seen + step(seen, rules.steps) if seen else 0
    ended = any(
        (b.on - a.on).days >= rules.steps.maintenance_gap
        for a, b in zip(history.infusions, history.infusions[1:], strict=False)
    )
    if further and (ended or further > first_most):
        return LongestInterval(further, seen, f"{held} and a step of {further - seen}")
    return LongestInterval(first_most, seen, "what protocol and evidence allow for a first interval")
