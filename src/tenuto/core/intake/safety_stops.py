"""What stops a treatment whatever was signed: a consent that was taken back, and what speaks against it since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.facts import Consent, PatientFacts
from tenuto.core.sources import Basis, Tag

__all__ = [
    "CONSENT",
    "SafetyStop",
    "StopKind",
    "Withdrawal",
    "consent_stops",
    "not_in_force",
    "refusal_said",
    "standing_refusals",
    "with_withdrawal",
]

CONSENT = "consent"
"""The fact that a new consent answers."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The patient's newest word on the treatment is no: when it was recorded, on the clinic's clock, and how it was said."""

    key: str
    """Tells it from an earlier one."""
    at: datetime
    how: str
    """'by phone'; that it was not asked, for one from before it was."""

    @property
    def text(self) -> str:
        """In sentences, with the day, the hour and the channel."""
        when = f"{say_date(self.at)} at {self.at:%H:%M}"
        return f"The patient has withdrawn the consent, {self.how} on {when}. Nothing is given without a new one."


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


def standing_refusals(facts: PatientFacts, *, as_of: date) -> tuple[Consent, ...]:
    """The recorded refusals after which no consent was given. One without a date is answered by none.

    A refusal that is dated after `as_of` counts, and a consent dated so does not: a wrong date opens nothing.
    """
    given = [c for c in facts.consents if c.active and c.signed is not None and c.signed <= as_of]
    return tuple(c for c in facts.consents if c.refused and not any(_is_after(new, c) for new in given))


def _is_after(given: Consent, refusal: Consent) -> bool:
    """By the instant; by the day when an hour is not known, and then a later one."""
    if given.at is not None and refusal.at is not None:
        return given.at > refusal.at
    return given.signed is not None and refusal.signed is not None and given.signed > refusal.signed


def not_in_force(facts: PatientFacts) -> str:
    """That the only consents on record are not in force, each with its date and where it was read; empty when one is, or none was given."""
    if not facts.consents or any(consent.active for consent in facts.consents):
        return ""
    dated = sorted(facts.consents, key=lambda consent: (consent.signed or date.max, consent.origin))
    said = "; ".join(dict.fromkeys(map(_where, dated)))
    return f"The consent on record ({said}) is not in force: it was withdrawn or refused, or has ended."


def _where(consent: Consent) -> str:
    signed = f"dated {say_date(consent.signed)}" if consent.signed else "without a date"
    return f"{signed}, {consent.origin}" if consent.origin else signed


def refusal_said(refusal: Consent) -> str:
    """A standing refusal in a sentence."""
    when = f"on {say_date(refusal.signed)}" if refusal.signed else "without a date"
    origin = f" ({refusal.origin})" if refusal.origin else ""
    return (
        f"A consent to this treatment is recorded as refused or taken back {when}{origin}, and none was given after it. "
        "Speak with the person; without a consent given anew nothing is planned."
    )


def consent_stops(facts: PatientFacts, *, as_of: date, withdrawn: Withdrawal | None) -> Iterator[SafetyStop]:
    """A consent that was taken back here (`withdrawn`), the only ones on record are not in force, or a no came last."""
    if withdrawn is not None:
        yield SafetyStop(StopKind.CONSENT, "Consent withdrawn", withdrawn.text, Level.REFUSE)
    elif ended := not_in_force(facts):
        text = f"{ended} Nothing is given without a new one."
        yield SafetyStop(StopKind.CONSENT, "No consent in force", text, Level.BLOCK)
    elif refusals := standing_refusals(facts, as_of=as_of):
        yield SafetyStop(StopKind.CONSENT, "Consent refused", refusal_said(refusals[-1]), Level.BLOCK)


def with_withdrawal(gate: Gate, *, withdrawn: str) -> Gate:
    """A gate with a consent in it that was taken back, as `withdrawn` says: it refuses, by a signed plan and by a proposed one.

    What else it says of the consent is that it is not in force, which is the same once more, and is left out.
    """
    if not withdrawn:
        return gate
    finding = Finding(
        "CONSENT-TAKEN-BACK",
        Level.REFUSE,
        withdrawn,
        Basis((Tag.D,)),
        CONSENT,
        opens_with="a new consent of the patient alone",
    )
    return Gate.of([*(f for f in gate.findings if f.fact != CONSENT), finding])
