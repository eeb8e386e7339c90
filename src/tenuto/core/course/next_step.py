"""What comes next in a course: for staff and, in words of its own, for the patient. Proposes; books and decides nothing.

The rule is the table `tests/spec/course/next-card.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tenuto.core.course.account import CourseAccount, CourseResponse
from tenuto.core.course.beside import BesideKind
from tenuto.core.course.due import CoursePhase, DueKind
from tenuto.core.course.next_facts import NextFacts, NextState, Obstacle, ObstacleKind
from tenuto.core.course.next_words import CardText, patient_words, staff_words, when_words
from tenuto.core.dates import say_short
from tenuto.core.policy import Policy

__all__ = ["NextStep", "next_step_of"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """The card: its state, whose turn it is, when somebody looks again, and its two texts as sentences."""

    state: NextState
    owner: str
    """The role whose turn it is, as the clinic names its roles."""
    by: date
    """The re-evaluation date: it stands on every patient."""
    when: str
    """The date in a few words: what staff look for first."""
    staff: tuple[str, ...]
    patient: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]


def next_step_of(account: CourseAccount, *, facts: NextFacts, policy: Policy) -> NextStep | None:
    """The card of a course on the day of its account; None while no plan is in force.

    A hold stands before everything, then a drift after a response, then a check that is late, then the phase of the
    course. An unknown response is never a response, and no score never makes a date later.
    """
    if account.signed is None:
        return None
    known = _with_days(account, facts, policy)
    known = replace(known, obstacles=(*known.obstacles, *_scores_missing(account), *_visits_late(account)))
    state = _state(account, known)
    by = _look_again(state, account, known, policy)
    text = CardText(state, account, known, by)
    return NextStep(
        state,
        _owner(state, known),
        by,
        when_words(text),
        staff_words(text),
        patient_words(text),
        known.obstacles,
    )


def _with_days(account: CourseAccount, facts: NextFacts, policy: Policy) -> NextFacts:
    """An escort is known some days before the next infusion and a late check done by it; what is late is due today."""
    due = account.next_due(DueKind.INFUSION, DueKind.MAINTENANCE)
    planned = due.first if due is not None else None
    decided = facts.decided.first if facts.decided else planned
    ahead = facts.booked.date() if facts.booked else decided
    if ahead is None:
        return facts
    before = timedelta(days=policy.whole("escort_known_days"))
    days = {ObstacleKind.ESCORT: ahead - before, ObstacleKind.CHECK: ahead}
    return replace(
        facts,
        obstacles=tuple(
            replace(each, by=max(days[each.kind], account.as_of))
            if each.by is None and each.kind in days
            else each
            for each in facts.obstacles
        ),
    )


def _scores_missing(account: CourseAccount) -> tuple[Obstacle, ...]:
    late = account.next_due(DueKind.BASELINE, DueKind.END_SCORE, DueKind.SCORE)
    if late is None or not late.late(account.as_of):
        return ()
    name = account.scale.title if account.scale else "Score"
    what = f"{name} late since {say_short(late.last)}"
    return (
        Obstacle(
            ObstacleKind.SCORE, what, "desk asks", account.as_of, "Please answer the clinic's questions."
        ),
    )


VISITS = {
    BesideKind.FOLLOW_UP: ("Follow-up visit", "desk books it", "Your follow-up visit is due."),
    BesideKind.PSYCHOTHERAPY: (
        "Psychotherapy",
        "desk asks",
        "Your psychotherapy belongs to the plan: please arrange the next session.",
    ),
}
"""What is late, who sees to it, and what the patient reads."""


def _visits_late(account: CourseAccount) -> Iterator[Obstacle]:
    """Visits beside the infusions that are late; of a completed course the card itself says the follow-up."""
    for due in account.beside:
        said = account.completed and due.kind is BesideKind.FOLLOW_UP
        if due.late(account.as_of) and not said:
            what, who, patient = VISITS[due.kind]
            name = f" with {due.with_name}" if due.with_name else ""
            yield Obstacle(
                ObstacleKind.VISIT,
                f"{what}{name} late since {say_short(due.by)}",
                who,
                account.as_of,
                patient,
            )


def _state(account: CourseAccount, facts: NextFacts) -> NextState:
    kinds = {each.kind for each in facts.obstacles}
    if ObstacleKind.HOLD in kinds and not account.completed:
        return NextState.HELD
    ended = account.phase in (CoursePhase.END, CoursePhase.MAINTENANCE)
    if ended and account.scale is not None and account.scale.drifting:
        return NextState.DRIFTING
    if account.completed:
        return NextState.COMPLETED
    if ObstacleKind.CHECK in kinds:
        return NextState.CHECK_LATE
    if account.ending is not None:
        return _of_taper(account, facts)
    return _of_phase(account, facts)


def _of_taper(account: CourseAccount, facts: NextFacts) -> NextState:
    if account.taper_through:
        return NextState.TAPER_THROUGH
    return NextState.PASSED if _passed(account, facts) else NextState.TAPER


def _passed(account: CourseAccount, facts: NextFacts) -> bool:
    """The last day for the next infusion is behind us, and no other one stands."""
    last = account.window.last if account.window else None
    dated = facts.booked is not None or (facts.decided is not None and facts.decided.last >= account.as_of)
    return last is not None and last < account.as_of and not dated


def _of_phase(account: CourseAccount, facts: NextFacts) -> NextState:
    if account.phase is CoursePhase.BEFORE:
        return NextState.BEFORE
    if account.phase is CoursePhase.INDUCTION:
        return NextState.MID_INDUCTION
    if account.phase is CoursePhase.END:
        if account.response is CourseResponse.UNKNOWN:
            return NextState.END_UNKNOWN
        return NextState.END_RESPONDER if account.response.responds else NextState.END_NON_RESPONDER
    return NextState.PASSED if _passed(account, facts) else NextState.ON_TIME


def _look_again(state: NextState, account: CourseAccount, facts: NextFacts, policy: Policy) -> date:
    """By when somebody looks at the course again. What is late already is due today, and never moved back."""
    if state in (NextState.HELD, NextState.DRIFTING, NextState.PASSED):
        return account.as_of
    if state is NextState.COMPLETED:
        return min((each.by for each in account.beside), default=account.as_of)
    if state is NextState.TAPER_THROUGH and account.ending is not None:
        return account.given[-1].on + timedelta(days=account.ending.intervals_days[-1])
    if state is NextState.CHECK_LATE:
        checks = (o.by for o in facts.obstacles if o.kind is ObstacleKind.CHECK and o.by is not None)
        return min(checks, default=account.as_of)
    if account.phase is CoursePhase.END and account.ending is None:
        key = "maintenance_decide_days" if state is NextState.END_RESPONDER else "series_review_days"
        return account.given[-1].on + timedelta(days=policy.whole(key))
    due = [each.last for each in account.due if each.kind is not DueKind.OPTIONAL]
    return min([*due, *(each.by for each in account.beside)], default=account.as_of)


def _owner(state: NextState, facts: NextFacts) -> str:
    if state in (NextState.DRIFTING, NextState.CHECK_LATE):
        return "nurse"
    if state in (NextState.BEFORE, NextState.MID_INDUCTION, NextState.ON_TIME, NextState.TAPER):
        return "nurse" if facts.booked is not None else "coordinator"
    return "prescriber"
