"""How a signed plan stands today, beside the gate of the day on which it was signed."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.pathway.api import Judgement
from tenuto.clinic.plan.looking import SecondLook
from tenuto.clinic.plan.models import PlanVersion
from tenuto.core.gate import Level
from tenuto.core.intake.safety import SafetyState

__all__ = ["HELD", "LookCard", "look_card"]

HELD = "Nothing is booked or given by this plan until a prescriber has looked at it."


@dataclass(frozen=True, slots=True)
class LookCard:
    """Today's mark with the reason for it, and what has to be looked at; empty while nothing has."""

    today: str
    why: str
    more: str
    reasons: tuple[str, ...]
    besides: tuple[str, ...]
    """Those of the reasons that do not stand in the safety line, first on the page, already."""
    can_review: bool
    waits: str
    """Who has to act first, or what the patient has to do."""


def look_card(
    look: SecondLook | None,
    version: PlanVersion,
    *,
    today: Judgement | None,
    safety: SafetyState,
    staff: Staff,
) -> LookCard | None:
    """The card of a version for this reader, with today's verdict; None for a version that is not in force."""
    if look is None or look.version.pk != version.pk:
        return None
    waits = _waits(look, staff) if look.reasons else ""
    return LookCard(
        today=today.mark if today else "unknown",
        why=today.why if today else "Not worked out.",
        more=today.more if today else "",
        reasons=tuple(reason.text for reason in look.reasons),
        besides=tuple(reason.text for reason in look.reasons if reason.text not in safety.pressing),
        can_review=bool(look.reasons) and not waits,
        waits=waits,
    )


def _waits(look: SecondLook, staff: Staff) -> str:
    worst = max(reason.level for reason in look.reasons)
    if any(reason.is_consent for reason in look.reasons):
        return "Only a new consent lets this plan go on; or withdraw it."
    if worst is Level.REFUSE:
        return "Nobody can let it go on; correct the facts, or withdraw it."
    if not may(staff, "plan.revise"):
        return "A prescriber looks at it."
    if worst is Level.BLOCK and staff.role != Role.MEDICAL_DIRECTOR:
        return "Only a medical director lets it go on; or revise or withdraw it."
    return ""
