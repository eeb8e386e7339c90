"""When nothing is forecast, why, and who looks at the patient by when instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import Literal

import numpy as np

from tenuto.core.dates import say_date
from tenuto.core.durability.course import CourseStanding, Definitions, State, standing
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.evidence import known, suicide_items
from tenuto.core.durability.posterior import Evidence, Posterior
from tenuto.core.durability.record import History, OtherScale, Scored, dose_of
from tenuto.core.durability.stepwise import bound, first_interval_most
from tenuto.core.forecast.days import last_open
from tenuto.core.scales.measurement import ScaleMeasure

__all__ = ["Abstention", "Review", "about_suicide", "abstention", "misfit"]

Owner = Literal["prescriber", "nurse"]


@dataclass(frozen=True, slots=True)
class Review:
    """Who looks at the patient, by when, and for what."""

    on: date
    """Counted from the score that asks for it, so that it may be past."""
    owner: Owner
    """The role, as the clinic names its staff."""
    what: str


@dataclass(frozen=True, slots=True)
class Abstention:
    """No forecast: the reason as a sentence, and the review instead."""

    reason: str
    review: Review
    rules_speak: bool
    """Whether published interval rules may still name a date."""


@dataclass(frozen=True, slots=True)
class _Why:
    """A reason with its owner. At once: the review is on the same day, whenever it is read. Rules speak where only the
    model can't."""

    reason: str
    owner: Owner
    what: str
    at_once: bool = False
    rules_speak: bool = False
    due: date | None = None
    """The review; None counts the clinic's days for one from the last score."""


def abstention(
    history: History,
    rules: Definitions,
    now: CourseStanding,
    found: Posterior,
    error: ErrorOfScale,
    evidence: Evidence,
    as_of: date,
) -> Abstention | None:
    """The first reason not to forecast, from what can't wait to what only the model can't do; None when there is none."""
    reasons = chain(
        _safety(history, rules),
        _condition(history),
        _contradicted(history, rules, now),
        _going(history, rules, now),
        _course(history, rules, now),
        _thin(history, rules, as_of),
        _outside(history, rules),
        _unlike(rules, found, error, evidence),
    )
    why = next(reasons, None)
    if why is None:
        return None
    on = as_of if why.at_once else why.due or _open_within(history.scores[-1].on, rules.review_days, rules)
    return Abstention(why.reason, Review(on, why.owner, why.what), why.rules_speak)


def _open_within(day: date, days: int, rules: Definitions) -> date:
    """The last clinic day at most so many days after a day."""
    return last_open(day, day + timedelta(days=days), rules)


def _safety(history: History, rules: Definitions) -> Iterator[_Why]:
    """All that can't wait, as one reason: of two dangers neither hides the other."""
    found = [*_mania(history), *_suicide(history, rules)]
    if found:
        yield replace(
            found[0],
            reason=" ".join(dict.fromkeys(why.reason for why in found)),
            what=" ".join(dict.fromkeys(why.what for why in found)),
        )


def _mania(history: History) -> Iterator[_Why]:
    mania = [e for e in history.events if e.kind in ("suspected_mania", "mania_excluded")]
    if mania and mania[-1].kind == "suspected_mania":
        yield _Why(
            f"Mania has been suspected since {say_date(mania[-1].on)}; a low score may be part of it.",
            "prescriber",
            "See the patient for mania. No infusion until it is excluded.",
            at_once=True,
        )


def _suicide(history: History, rules: Definitions) -> Iterator[_Why]:
    def why(reason: str) -> _Why:
        return _Why(reason, "prescriber", "Ask about suicide and act on the answer.", at_once=True)

    attempts = [e.on for e in history.events if e.kind == "suicide_attempt"]
    # Days count to the last score: time without scores does not end the caution.
    if attempts and (history.scores[-1].on - attempts[-1]).days <= rules.none_after_attempt_days:
        yield why(f"A suicide attempt is on record for {say_date(attempts[-1])}.")
    for scale in (OtherScale(history.measure, history.scores), *history.beside):
        if about_suicide(scale.measure) and _risen(scale.scores, scale.measure.reliable):
            high = scale.scores[-1]
            yield why(
                f"Suicidal thoughts on {scale.measure.name} have risen: {high.value:g} on {say_date(high.on)}."
            )
    last = {answer.item: answer for answer in history.answers}
    for item, answer in last.items():
        urgent_from = suicide_items()[item].urgent_from
        risen = answer.on in history.item_rises
        if risen or (urgent_from is not None and answer.value >= urgent_from):
            how = "has risen" if risen else "is high"
            yield why(
                f"The answer to {item} {how}: {answer.value:g} on {say_date(answer.on)}. Nobody waits on an interval."
            )


def about_suicide(measure: ScaleMeasure) -> bool:
    """Whether a scale measures suicidal thoughts."""
    return "suicidal_ideation" in measure.conditions


def _risen(scores: Sequence[Scored], reliable: float) -> bool:
    """Whether the last score is reliably above the lowest one, or the second rise in a row."""
    values = [score.value for score in scores]
    twice = len(values) > 2 and all(one < other for one, other in pairwise(values[-3:]))
    return twice or values[-1] - min(values) >= reliable


def _condition(history: History) -> Iterator[_Why]:
    entry, name = known(history.condition), history.condition.replace("_", " ")
    if entry.lasts != "weeks":
        yield _Why(
            f"No interval is offered in {name}: {entry.says}.",
            "prescriber",
            "Review the course and decide without an interval.",
        )


def _contradicted(history: History, rules: Definitions, now: CourseStanding) -> Iterator[_Why]:
    """Another scale of the condition, scored of late, that shows no response where this one does."""
    if now.state is not State.RESPONDING:
        return
    recent = history.scores[-1].on - timedelta(days=rules.scores_in_row * rules.every_days)
    for other in history.beside:
        alone = replace(history, measure=other.measure, scores=other.scores, beside=())
        fits = history.condition in other.measure.conditions and alone.before and alone.after
        if not fits or other.scores[-1].on < recent:
            continue
        there = standing(alone, rules)
        if there.state in (State.NOT_RESPONDING, State.LOSING, State.LOST):
            yield _Why(
                f"{history.measure.name} and {other.measure.name} contradict each other: {_better(now.improvement)} and "
                f"{_better(there.improvement)}.",
                "prescriber",
                "See the patient: which of the two scales is right?",
            )


def _going(history: History, rules: Definitions, now: CourseStanding) -> Iterator[_Why]:
    """Response is going though not gone: the model takes the fall for error, so that none of its numbers is shown."""
    if now.state not in (State.LOSING, State.DRIFTING):
        return
    last = history.scores[-1]
    how = (
        "the scores get worse by more than their error explains"
        if now.state is State.DRIFTING
        else f"the last score, {last.value:g} on {say_date(last.on)}, is no response any more"
    )
    longest = bound(history, now, rules, first_interval_most(history, rules))
    offered = history.infusions[-1].on + timedelta(days=longest.days)
    yield _Why(
        f"Response is going: {how}. No interval and no risk is given that the scores themselves contradict.",
        "prescriber",
        "Decide on an infusion before response is lost.",
        rules_speak=True,
        due=max(min(_open_within(last.on, rules.every_days, rules), offered), last.on),
    )


def _course(history: History, rules: Definitions, now: CourseStanding) -> Iterator[_Why]:
    few = len(history.after)
    if now.state is State.BASELINE or few < rules.least_scores:
        yield _Why(
            f"Too few scores: {few} since the first infusion on {say_date(history.start)}, "
            f"{rules.least_scores} are needed.",
            "nurse",
            "Take the next scheduled score.",
            rules_speak=now.state is State.RESPONDING,
        )
    said = (
        f"The last score is {_better(now.improvement)}; a response on {history.measure.name} is "
        f"{history.measure.response_fall:.0%} or more and at least {history.measure.reliable:.2g} points"
    )
    if now.state is State.NOT_RESPONDING:
        yield _Why(
            f"There is no response to lose. {said}.", "prescriber", "Review the course: what else helps?"
        )
    if now.state is State.PARTIAL:
        yield _Why(
            f"The response is partial at most. {said}.",
            "prescriber",
            "Review the course: is a partial response worth holding, or is something else due?",
        )
    if now.state is State.LOST:
        yield _Why(
            f"Response is already lost by the clinic's definition: {now.run} scores in a row above {now.line:g}.",
            "prescriber",
            "Decide what comes next; the interval that led here was too long.",
        )
    if now.state is State.UNSTABLE:
        yield _Why(
            f"The scores go up and down by more than {history.measure.reliable:.2g} points without an infusion that explains "
            "it. No interval follows from such a course.",
            "prescriber",
            "See the patient: what drives the swings, and are the scores right?",
        )


def _better(improvement: float) -> str:
    return (
        f"{improvement:.0%} better than baseline"
        if improvement >= 0
        else f"{-improvement:.0%} worse than baseline"
    )


def _thin(history: History, rules: Definitions, as_of: date) -> Iterator[_Why]:
    age = (as_of - history.scores[-1].on).days
    if age > rules.oldest_days:
        yield _Why(
            f"The last score is {age} days old, older than {rules.oldest_days} days.",
            "nurse",
            "Take a new score.",
            rules_speak=True,
            due=_open_within(history.scores[-1].on, rules.oldest_days + rules.review_days, rules),
        )
    on = history.before[-1].on
    before = (history.start - on).days
    if before > rules.oldest_baseline_days:
        yield _Why(
            f"The baseline is from {say_date(on)}, {before} days before the first infusion; more than "
            f"{rules.oldest_baseline_days} days say little of the state that was treated.",
            "prescriber",
            "Add a later score from before the first infusion, or judge the response in words.",
            rules_speak=True,
        )


def _outside(history: History, rules: Definitions) -> Iterator[_Why]:
    def why(reason: str) -> _Why:
        return _Why(reason, "prescriber", "Review the course without a forecast.", rules_speak=True)

    highest = max(dose_of(i) for i in history.infusions)
    if highest > rules.dose_most:
        yield why(f"A dose of {highest:g} mg/kg is above the {rules.dose_most:g} mg/kg that the model knows.")
    if len(history.infusions) > rules.infusions_most:
        yield why(
            f"{len(history.infusions)} infusions are more than the {rules.infusions_most} that the model knows."
        )
    if history.baseline < 2 * history.measure.reliable:
        yield why(
            f"A baseline of {history.baseline:g} is too close to the noise of {history.measure.name} "
            f"({history.measure.reliable:.2g} points) to tell a response from chance."
        )


def misfit(found: Posterior, error: ErrorOfScale, evidence: Evidence) -> float:
    """Mean over the scores of the squared distance from the model, in error variances; about 1 when all is well."""
    perfect = -0.5 * len(evidence.scores)
    # Log likelihood relative to a score right on the expectation, in the same units for every scale.
    scores = np.array(evidence.scores)
    best = float(error.log_likelihood(scores[:, None], scores, np.array(evidence.days)).sum())
    mean = found.mean(found.fit)
    return (mean - best) / perfect


def _unlike(rules: Definitions, found: Posterior, error: ErrorOfScale, evidence: Evidence) -> Iterator[_Why]:
    value = misfit(found, error, evidence)
    if value > rules.misfit_most:
        yield _Why(
            f"This course is unlike those the model knows: its scores lie {value:.1f} times as far from any course as error "
            f"explains ({rules.misfit_most:g} is the limit).",
            "prescriber",
            "Check the rows and look at the curve itself.",
            rules_speak=True,
        )
