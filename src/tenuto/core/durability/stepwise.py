"""How far a patient may be waited for: the longest interval this patient was seen to hold, and a step beyond it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from tenuto.core.durability.course import CourseStanding, State, standing
from tenuto.core.durability.definitions import Definitions, LengtheningSteps
from tenuto.core.durability.evidence import known
from tenuto.core.durability.record import History, Scored

__all__ = [
    "LongestInterval",
    "bound",
    "first_interval_most",
    "longest_seen",
    "no_step_because",
    "step",
    "without_last_if_worse",
]


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
    the last score. Nothing counts beyond a time without scores that is longer than `steps.most_between_scores`: one score
    at the end of months says nothing about the months. An interval at whose end response was gone counts up to the last score in response, and longer
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
    if not within:
        return 0, False
    last_good = within[-1].value <= response_at_most + 1e-9
    good = [s.on for s in _followed(within, start, steps) if s.value <= response_at_most + 1e-9]
    failed = not last_good
    held = (good[-1] - start).days if good else 0
    whole = good and good[-1] == within[-1].on
    if end is not None and whole and (end - good[-1]).days <= steps.hold_score:
        held = (end - start).days
    return held, failed


def _followed(within: list[Scored], start: date, steps: LengtheningSteps) -> list[Scored]:
    """The scores of an interval up to the first time without any that is too long to know what happened in it."""
    before = [start, *(score.on for score in within)]
    near = takewhile(
        lambda pair: (pair[0].on - pair[1]).days <= steps.most_between_scores,
        zip(within, before, strict=False),
    )
    return [score for score, _ in near]


def no_step_because(history: History, steps: LengtheningSteps) -> str | None:
    """Why the interval is not lengthened beyond what was seen, or None when it may be.

    Days count to the last score: time without scores does not end the caution.
    """
    at = history.scores[-1].on
    recent = [
        ("antidepressant_changed", steps.none_after_antidepressant, "a change of antidepressant"),
        ("suicide_attempt", steps.none_after_attempt, "a suicide attempt"),
        # Somebody who had to be admitted is as uncertain as after an attempt.
        ("admission", steps.none_after_attempt, "an admission"),
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
    published = known(history.condition).first_interval_days(len(history.infusions))
    return min(published, rules.fixed_days)


def without_last_if_worse(history: History, now: CourseStanding) -> History | None:
    """The history before its last score, when that one may lengthen nothing; None when it may.

    It may not when it is worse than the score before it, or while response is going.
    """
    if len(history.after) < 2:
        return None
    one, last = history.scores[-2:]
    if last.value <= one.value and now.state not in (State.LOSING, State.DRIFTING):
        return None
    return replace(history, scores=history.scores[:-1])


def bound(history: History, now: CourseStanding, rules: Definitions, first_most: int) -> LongestInterval:
    """The longest interval that may be offered from the last infusion.

    A score that is worse than the one before never lengthens it: what held until then is no sign that more will hold.

    first_most: days that protocol and evidence allow for the first interval after a series, when this patient was not
    yet seen to hold any maintenance interval.
    """
    found = _bound(history, now, rules, first_most)
    earlier = without_last_if_worse(history, now)
    while earlier is not None:
        then = standing(earlier, rules)
        before = _bound(earlier, then, rules, first_most)
        if before.days < found.days:
            found = replace(before, because=f"{before.because}; worse scores lengthen nothing")
        earlier = without_last_if_worse(earlier, then)
    return found


def _bound(history: History, now: CourseStanding, rules: Definitions, first_most: int) -> LongestInterval:
    """What the scores up to the last one allow, whether it is worse or not."""
    seen, most = longest_seen(history, now.response_at_most, rules.steps), rules.steps.longest
    held = f"the {seen} days that this patient was seen to hold"
    stopped = no_step_because(history, rules.steps)
    if stopped is not None:
        shortest = rules.steps.maintenance_gap
        words = f"{held if seen else 'the shortest maintenance interval'}: {stopped}"
        return LongestInterval(min(seen or shortest, most), seen, words)
    further = seen + step(seen, rules.steps) if seen else 0
    ended = any(
        (b.on - a.on).days >= rules.steps.maintenance_gap
        for a, b in zip(history.infusions, history.infusions[1:], strict=False)
    )
    if further > most:
        return LongestInterval(most, seen, f"the clinic's longest interval, {most} days")
    if further and (ended or further > first_most):
        return LongestInterval(further, seen, f"{held} and a step of {further - seen}")
    return LongestInterval(
        min(first_most, most), seen, "what protocol and evidence allow for a first interval"
    )
