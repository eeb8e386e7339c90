"""The card of the next infusion in the words and marks of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.pathway.parts import Turn
from tenuto.clinic.ui.components import WORDS
from tenuto.clinic.ui.words import day
from tenuto.core.course.next_facts import NextState
from tenuto.core.course.next_step import NextStep
from tenuto.core.intake.safety import Risk, SafetyState

__all__ = ["MARKS_OF_NEXT", "NextCard", "card_before_plan", "next_card"]

MARKS_OF_NEXT: Mapping[NextState, str] = {
    NextState.BEFORE: "due",
    NextState.MID_INDUCTION: "due",
    NextState.END_RESPONDER: "due",
    NextState.END_NON_RESPONDER: "review",
    NextState.END_UNKNOWN: "unknown",
    NextState.ON_TIME: "pass",
    NextState.PASSED: "late",
    NextState.TAPER: "pass",
    NextState.TAPER_THROUGH: "due",
    NextState.COMPLETED: "pass",
    NextState.DRIFTING: "review",
    NextState.CHECK_LATE: "late",
    NextState.HELD: "block",
}
"""The mark of each state, beside its word."""


ON_HOLD = "On hold: "


@dataclass(frozen=True, slots=True)
class NextCard:
    """What staff read."""

    mark: str
    word: str
    when: str
    lines: tuple[str, ...]
    turn: str
    """Whose turn it is, and by when somebody looks again."""


def next_card(step: NextStep | None, today: date, *, said: Sequence[str] = ()) -> NextCard | None:
    """The card; None while no plan is in force. `said` are sentences that stand first on the page already."""
    if step is None:
        return None
    return NextCard(
        mark=MARKS_OF_NEXT[step.state],
        word=step.state.value.capitalize(),
        when=step.when,
        # What stands above in large type is not said again.
        lines=tuple(
            line
            for line in step.staff
            if line.rstrip(".") != step.when and line.removeprefix(ON_HOLD) not in said
        ),
        turn=_turn(step, today),
    )


def card_before_plan(turn: Turn | None, safety: SafetyState, *, who_looks: str) -> NextCard | None:
    """The card while no plan is in force: what has to happen first, and whose turn that is; None when it is nobody's.

    Before everything else somebody looks at a person who may be at risk of suicide: `who_looks` says in a sentence who.
    """
    if safety.risk is Risk.OPEN:
        return NextCard("block", WORDS["due"], "Suicide triage", safety.sentences[:1], who_looks)
    if turn is None:
        return None
    lines = (turn.why, *((turn.more,) if turn.more else ()))
    return NextCard(
        # The verdict stands elsewhere, once; the card says that something is to be done.
        mark="due",
        word=WORDS["due"],
        when=turn.kind,
        lines=lines,
        turn=f"{Role(turn.owner).label}. {turn.next_step}.",
    )


def _turn(step: NextStep, today: date) -> str:
    who = Role(step.owner).label
    if step.by < today:
        return f"{who}. Late since {day(step.by)}."
    return f"{who}. Looked at again {'today' if step.by == today else f'by {day(step.by)}'}."
