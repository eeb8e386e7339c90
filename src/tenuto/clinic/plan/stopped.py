"""What stops a patient's treatment today whatever plan is at hand: the patient's word, the decision, an open risk."""

from __future__ import annotations

from collections.abc import Iterator

from tenuto.clinic.intake.api import IntakeState, not_suitable
from tenuto.core.intake.safety import Risk, SafetyState

__all__ = ["no_draft", "no_treatment", "stopped"]


def stopped(state: IntakeState, safety: SafetyState) -> tuple[str, ...]:
    """The sentences for which nothing is booked or given today; empty when nothing of this kind stands."""
    risk = safety.sentences[:1] if safety.risk is Risk.OPEN else ()
    return (*no_treatment(state), *risk)


def no_treatment(state: IntakeState) -> tuple[str, ...]:
    """Those of them after which no dose is even shown: a consent that was taken back, and a decision against treatment."""
    return tuple(_no_treatment(state))


def no_draft(state: IntakeState) -> str:
    """Why no plan is put up for signature, said with what would let one be; empty when it may be."""
    why = " ".join(no_treatment(state))
    return f"{why} No plan is put up for signature until that changes." if why else ""


def _no_treatment(state: IntakeState) -> Iterator[str]:
    if state.consent_taken_back:
        yield state.consent_taken_back.text
    if decided := not_suitable(state):
        yield decided
