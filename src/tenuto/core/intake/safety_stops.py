"""What stops a treatment whatever was signed: a consent that was taken back, and what speaks against it since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.sources import Basis, Tag

__all__ = [
    "CONSENT",
    "NOT_IN_FORCE",
    "WITHDRAWN",
    "SafetyStop",
    "StopKind",
    "consent_stops",
    "with_withdrawal",
]

CONSENT = "consent"
"""The fact that a new consent answers."""
WITHDRAWN = "The patient has withdrawn the consent. Nothing is given without a new one."
NOT_IN_FORCE = "The consent on record is not in force: it was withdrawn or refused, or has ended. Nothing is given without a new one."


class StopKind(StrEnum):
    """In the order in which they are shown; the recorded act that ends each."""

    CONSENT = "consent"
    """Ended by a consent given anew."""
    CONTRAINDICATION = "contraindication"
    """Found since a plan was signed; ended by who may let that plan go on, by a revision, or by its withdrawal."""


@dataclass(frozen=True, slots=True)
class SafetyStop:
    """One reason for which nothing is given today. `words` is the short name of it, `text` a whole sentence."""

    kind: StopKind
    words: str
    text: str
    level: Level

    @classmethod
    def contraindication(cls, text: str, level: Level) -> SafetyStop:
        """What speaks against treatment and was not known when the plan in force was signed."""
        return cls(StopKind.CONTRAINDICATION, "New contraindication", text, level)


def consent_stops(facts: PatientFacts, *, withdrawn: bool) -> Iterator[SafetyStop]:
    """A consent that was taken back here (`withdrawn`), or the only ones on record are not in force."""
    if withdrawn:
        yield SafetyStop(StopKind.CONSENT, "Consent withdrawn", WITHDRAWN, Level.REFUSE)
    elif facts.consents and not any(consent.active for consent in facts.consents):
        yield SafetyStop(StopKind.CONSENT, "No consent in force", NOT_IN_FORCE, Level.BLOCK)


def with_withdrawal(gate: Gate, *, withdrawn: bool) -> Gate:
    """A gate with a consent in it that was taken back: it refuses, by a signed plan and by a proposed one.

    What else it says of the consent is that it is not in force, which is the same once more, and is left out.
    """
    if not withdrawn:
        return gate
    finding = Finding(
        "CONSENT-TAKEN-BACK",
        Level.REFUSE,
        WITHDRAWN,
        Basis((Tag.D,)),
        CONSENT,
        opens_with="a new consent of the patient alone",
    )
    return Gate.of([*(f for f in gate.findings if f.fact != CONSENT), finding])
