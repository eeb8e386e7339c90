"""What is drawn for a session against what is ordered: ten times the dose is a wrong syringe long before the pump runs."""

from __future__ import annotations

from decimal import Decimal

from tenuto.core.gate import Finding, Level
from tenuto.core.infusion.prescribed import SessionOrder
from tenuto.core.policy import Policy
from tenuto.core.units import Mg, Ml

__all__ = ["judge_drawn", "judge_more"]

LIMIT = "dose_reason_rounding_percent"
WHOLE = Decimal(100)


def judge_drawn(order: SessionOrder, held: Mg, policy: Policy) -> Finding | None:
    """What closes a start: more or less held for the session than ordered, in mg, beyond the policy's rounding of a dose.

    Nobody releases more; with less a medical director may let it start. None where both agree. Hazard H6 [D].
    """
    limit = policy.limit(LIMIT)
    if _beyond(order, held, limit.value):
        message = f"Drawn {held}, ordered {order.dose}. Waste what was drawn before a witness, and draw what is ordered."
        return Finding("DRAWN-MORE", Level.REFUSE, message, limit.basis, "order")
    if held.value * WHOLE < order.dose.value * (WHOLE - limit.value):
        message = f"Drawn {held}, ordered {order.dose}. Draw what is missing, or find out where it went."
        return Finding(
            "DRAWN-LESS", Level.BLOCK, message, limit.basis, "order", opens_with="drawing the rest"
        )
    return None


def judge_more(order: SessionOrder, held: Mg, volume: Ml, policy: Policy) -> str:
    """Why `volume` mL of the ordered vial are not drawn beside the `held` mg; empty where they may be. Hazard H6 [D]."""
    drawn = Mg(volume.value * order.vial.value)
    together = held + drawn
    if not _beyond(order, together, policy.number(LIMIT)):
        return ""
    needed = Ml((order.dose.value - held.value) / order.vial.value) if held < order.dose else Ml(0)
    already = f", and {held} are drawn already" if held.value else ""
    return (
        f"{volume} are {drawn}. Ordered are {order.dose}{already}: draw {needed.rounded(3)}. "
        "What is too much in the syringe goes back to waste in the drug ledger, before a witness."
    )


def _beyond(order: SessionOrder, held: Mg, percent: Decimal) -> bool:
    return held.value * WHOLE > order.dose.value * (WHOLE + percent)
