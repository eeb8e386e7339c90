"""Published interval rules, shown beside the model. Each looks at scores only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from tenuto.core.durability.course import CourseStanding, Definitions
from tenuto.core.durability.evidence import known
from tenuto.core.durability.record import History
from tenuto.core.durability.stepwise import longest_seen
from tenuto.core.sources import source

__all__ = ["Advice", "advice", "esketamine_style", "fixed_interval", "stable_style"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule says."""

    name: str
    advice: str
    next_date: date | None
    source: str
    looks_at: str
    """What it goes by, as the end of a sentence: why it may differ from a forecast."""


def advice(
    history: History, rules: Definitions, now: CourseStanding, as_of: date, *, silent: bool = False
) -> tuple[Advice, ...]:
    """What each published rule says about this course; a date in the past means that it is due.

    silent: no rule names a date, because they are for keeping a response and there is none that may be waited on.
    """
    said = (
        fixed_interval(history, rules, now),
        esketamine_style(history, rules),
        stable_style(history, rules, now, as_of),
    )
    if not silent:
        return said
    words = "Not applicable: it is for keeping a response of weeks."
    return tuple(replace(one, advice=words, next_date=None) for one in said)


def _last_gap(history: History, rules: Definitions) -> int:
    """Days between the last two infusions, at least one step: those of a series are closer than any maintenance interval."""
    days = [i.on for i in history.infusions]
    gap = (days[-1] - days[-2]).days if len(days) > 1 else 0
    return max(gap, rules.interval_step_days)


def fixed_interval(history: History, rules: Definitions, now: CourseStanding) -> Advice:
    """The protocol's interval from the last infusion; no date where nobody with the condition was followed for so long,
    nor this patient seen to hold it."""
    followed = known(history.condition).followed_days(len(history.infusions))
    seen = longest_seen(history, now.response_at_most, rules.steps)
    words, due = (
        f"Every {rules.fixed_days} days.",
        history.infusions[-1].on + timedelta(days=rules.fixed_days),
    )
    if rules.fixed_days > max(followed, seen):
        name = history.condition.replace("_", " ")
        words = f"{words} Nobody with {name} was followed for so long: no date."
        return Advice("fixed interval", words, None, "Clinic policy", "no score at all")
    return Advice("fixed interval", words, due, "Clinic policy", "no score at all")


def esketamine_style(history: History, rules: Definitions) -> Advice:
    """Mildly ill or better: lengthen the interval by a step; worse: shorten it, never below a step.

    The published rule reads CGI-S (at most 3 is mildly ill). Here the last score stands in for it, as a share of the
    scale's range: an approximation that the advice names.
    """
    gap, scale = _last_gap(history, rules), history.measure
    share = (history.scores[-1].value - scale.lowest) / (scale.highest - scale.lowest)
    step = rules.interval_step_days
    if share <= rules.mild_share:
        gap, words = gap + step, "Mildly ill or better: lengthen"
    else:
        gap, words = max(gap - step, step), "More than mildly ill: hold or shorten"
    text = f"{words} to {gap} days (last score stands in for CGI-S)."
    return Advice(
        "esketamine interval rule",
        text,
        history.infusions[-1].on + timedelta(days=gap),
        str(source("SUSTAIN-2")),
        "the last score alone",
    )


_SLOPE_SCORES = 3


def stable_style(history: History, rules: Definitions, now: CourseStanding, as_of: date) -> Advice:
    """Level, slope and drift from the best score: treat now when two of three say so, or when drift alone is reliable."""
    scores, scale = history.after, history.measure
    name, where = "STABLE-style rule", str(source("STABLE"))
    looks_at = "the last scores, not at the time since the infusion"
    if len(scores) < 2 or not now.responded:
        return Advice(name, "Not applicable: no response with two scores after it.", None, where, looks_at)
    last = scores[-1].value
    level = last > scale.lowest + rules.mild_share * (scale.highest - scale.lowest)
    recent = scores[-_SLOPE_SCORES:]
    days = np.array([(s.on - recent[0].on).days for s in recent], dtype=float)
    slope = float(np.polyfit(days, [s.value for s in recent], 1)[0]) * 7
    rising = slope > scale.error_sd / 2
    drift = last - now.best >= scale.reliable
    if drift or (level and rising):
        return Advice(
            name,
            f"Level {last:g}, slope {slope:+.1f} a week, {last - now.best:g} above the best: treat now.",
            as_of,
            where,
            looks_at,
        )
    return Advice(name, f"Level {last:g}, slope {slope:+.1f} a week: wait.", None, where, looks_at)
