"""A decision against treatment, as part of the one verdict: it counts until somebody decides anew."""

from __future__ import annotations

from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.state import IntakeState
from tenuto.clinic.ledger.actors import for_people
from tenuto.clinic.ui.gates import NOBODY, DecidedOn
from tenuto.clinic.ui.words import long_day
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.sources import Basis, Tag

__all__ = ["decided_on", "not_suitable", "with_decision"]

DECISION = "decision"


def decided_on(state: IntakeState) -> DecidedOn:
    """What the newest decision of intake accepted the person with: a plan does not put it up as undecided."""
    decision = state.decision
    if decision is None or not state.accepted:
        return NOBODY
    return DecidedOn(
        f"{for_people(decision.decided_by_name)}, {long_day(decision.decided_on)}", decision.findings
    )


def not_suitable(state: IntakeState) -> str:
    """The newest decision of intake in a sentence, when it is against treatment."""
    decision = state.decision
    if decision is None or decision.outcome != Decision.Outcome.NOT_SUITABLE:
        return ""
    return f"{decision.decided_by_name} decided: not suitable."


def with_decision(gate: Gate, state: IntakeState) -> Gate:
    """A gate with that decision in it: whatever the facts say, nothing is given against it."""
    decided = not_suitable(state)
    if not decided:
        return gate
    message = f"{decided} It counts until a prescriber decides anew in intake."
    finding = Finding(
        "DECIDED-NOT-SUITABLE",
        Level.BLOCK,
        message,
        Basis((Tag.D,)),
        DECISION,
        opens_with="a new decision in intake",
    )
    return gate + Gate.of([finding])
