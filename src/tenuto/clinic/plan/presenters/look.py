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

__all__ = ["LookCard", "look_card"]


@dataclass(frozen=True, slots=True)
class LookCard:
    """Today's mark with the reason for it, and what has to be looked at; empty while nothing has."""

    today: str
    why: str
    more: str
    reasons: tuple[str, ...]
    besides: tuple[str, ...]
    """Those of the reasons that do not stand in the safety line, first on the page, already."""
    held: str
    """Whose act lets it go on, in the one sentence that every page and refusal says."""
    can_review: bool


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
    return LookCard(
        today=today.mark if today else "unknown",
        why=today.why if today else "Not worked out.",
        more=today.more if today else "",
        reasons=tuple(reason.text for reason in look.reasons),
        besides=tuple(reason.text for reason in look.reasons if reason.text not in safety.pressing),
        held=look.held,
        can_review=bool(look.reasons) and _may_review(look, staff),
    )


def _may_review(look: SecondLook, staff: Staff) -> bool:
    if look.withdrawn or look.worst is Level.REFUSE:
        return False
    director = staff.role == Role.MEDICAL_DIRECTOR
    return may(staff, "plan.revise") and (director or look.worst < Level.BLOCK)
