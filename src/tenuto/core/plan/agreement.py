"""Do the two calculations agree? Compared at a millionth of each unit; anything else is REFUSE."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from tenuto.core.gate import Finding, Level
from tenuto.core.plan.dose import Dose
from tenuto.core.plan.dose_check import DoseCheck
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import Quantity, plain

__all__ = ["agreement_findings", "differences"]


def differences(dose: Dose, check: DoseCheck) -> tuple[str, ...]:
    """What the two calculations give differently, in words; empty when they agree."""
    bag = dose.infusate
    pairs: list[tuple[str, Quantity | None, int | None]] = [
        ("dose", dose.ordered, check.dose_mg),
        ("dose for each kg", dose.per_kg, check.mg_per_kg),
        ("rate", dose.rate, check.mg_per_h),
        ("rate a minute", dose.rate_per_minute, check.mg_per_min),
        ("rate for each kg", dose.rate_per_kg, check.mg_per_kg_per_h),
        ("drawn volume", dose.drug_volume, check.drug_ml),
        ("total volume", bag.total_volume if bag else None, check.total_ml),
        ("concentration", bag.concentration if bag else None, check.mg_per_ml),
        ("pump rate", bag.pump_rate if bag else None, check.ml_per_h),
    ]
    return tuple(
        f"{name}: {_first(one)} against {_second(two)}"
        for name, one, two in pairs
        if _first(one) != _second(two)
    )


def agreement_findings(dose: Dose, check: DoseCheck) -> tuple[Finding, ...]:
    """REFUSE when the calculations disagree: nobody can override that, the software is wrong."""
    found = differences(dose, check)
    if not found:
        return ()
    message = f"The two dose calculations disagree ({'; '.join(found)}). Do not use this plan; report it as a fault."
    return (Finding("CALCULATIONS-DISAGREE", Level.REFUSE, message, Basis((Tag.D,))),)


def _first(quantity: Quantity | None) -> str:
    if quantity is None:
        return "nothing"
    return plain(quantity.value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP))


def _second(millionths: int | None) -> str:
    return "nothing" if millionths is None else plain(Decimal(millionths).scaleb(-6))
