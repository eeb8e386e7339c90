"""A decision against treatment, as part of the one verdict: it counts until somebody decides anew."""

from __future__ import annotations

from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.state import IntakeState
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.sources import Basis, Tag

__all__ = ["not_suitable", "with_decision"]

DECISION = "decision"


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
