"""Whose turn it is in intake. Pure; nothing is read or written."""

from __future__ import annotations

from typing import Any

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.state import DecisionRow, IntakeState
from tenuto.clinic.pathway.api import Rank, Turn
from tenuto.clinic.ui.reasons import Reasons, reasons
from tenuto.clinic.ui.words import count
from tenuto.core.gate import Gate, Level

__all__ = ["turn_of"]

NOTHING_RECORDED = "Nothing is recorded yet."
NOTHING_OPEN = "Nothing stands against treatment and nothing is missing."


def turn_of(state: IntakeState | None) -> Turn | None:
    """The turn that a patient's intake calls for; None when it is over, or nobody's.

    A decision that rests on other facts or limits than today's calls for a new look (hazard H31).
    """
    if state is None or state.record is None:
        return _turn(
            "History to take", "to_do", NOTHING_RECORDED, Role.COORDINATOR, "Take the history", Rank.BEGIN
        )
    if state.decision is not None and state.decision.stands and _final(state.decision):
        return None
    return _undecided(state.gate, state.decision)


def _final(decision: DecisionRow) -> bool:
    return decision.outcome in (Decision.Outcome.ACCEPTED, Decision.Outcome.NOT_SUITABLE)


def _undecided(gate: Gate, decision: DecisionRow | None) -> Turn:
    found = reasons(gate)
    why, missing = found.why or NOTHING_OPEN, found.missing
    if found.told(Level.REFUSE):
        return _of(found, "Facts to correct", Role.PRESCRIBER, "Correct the facts", Rank.STOPPED)
    if found.told(Level.BLOCK):
        return _of(
            found, "Stopped", Role.PRESCRIBER, "See what blocks", Rank.STOPPED, target="intake:page#gate"
        )
    if missing.open:
        lacking = f"{count(len({f.fact for f in missing.open}), 'fact')} missing"
        return _of(missing, lacking, Role.COORDINATOR, "Complete the record", Rank.COMPLETE)
    decide: dict[str, Any] = {"more": found.more, "target": "intake:decision"}
    if decision is not None and not decision.stands:
        why = f"Facts or limits changed since {decision.decided_by_name} decided. {why}"
        return _turn(
            "To decide again", found.mark, why, Role.PRESCRIBER, "Decide again", Rank.AGAIN, **decide
        )
    return _turn("To decide", found.mark, why, Role.PRESCRIBER, "Decide", Rank.DECIDE, **decide)


def _of(
    found: Reasons, kind: str, owner: Role, step: str, rank: Rank, *, target: str = "intake:page"
) -> Turn:
    return _turn(kind, found.mark, found.why, owner, step, rank, more=found.more, target=target)


def _turn(
    kind: str,
    mark: str,
    why: str,
    owner: Role,
    step: str,
    rank: Rank,
    *,
    more: str = "",
    target: str = "intake:page",
) -> Turn:
    return Turn(
        stage="intake",
        kind=kind,
        mark=mark,
        why=why,
        more=more,
        owner=owner,
        next_step=step,
        target=target,
        rank=rank,
    )
