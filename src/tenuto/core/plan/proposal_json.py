"""A proposal as JSON: plain values with exactly the keys that `tenuto plan --json` documents."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tenuto.core.gate import Finding
from tenuto.core.intake.unrecorded import unrecorded
from tenuto.core.plan.calculation import Calculation
from tenuto.core.sources import Source
from tenuto.core.units import Quantity

if TYPE_CHECKING:
    from tenuto.core.plan.proposal import Proposal

__all__ = ["proposal_json"]

PLACES = Decimal("0.0001")


def proposal_json(proposal: Proposal, *, ignored_resources: int) -> dict[str, Any]:
    """The proposal as JSON values. Dates are ISO, numbers are exact to four decimals, half up.

    `dose` is null without a protocol or a weight; `protocol` and `maintenance` are null without a protocol. Under REFUSE
    `dose` and `maintenance` are null and `series` is empty. Volumes and pump rate are null until vial and total volume are
    given. `missing` holds the ids of the facts that are not recorded, most dangerous first.
    """
    plan, rule = proposal.protocol, proposal.follows
    return {
        "gate": proposal.verdict.level.name,
        "findings": [_finding(f) for f in proposal.gate.findings],
        "missing": [fact.id for fact, _ in unrecorded(proposal.verdict)],
        "not_checked": list(proposal.not_checked),
        "ignored_resources": ignored_resources,
        "protocol": plan and {"id": plan.id, "version": plan.version, "sources": _sources(plan.sources)},
        "alternatives": [
            {"id": a.protocol.id, "why": a.why, "sources": _sources(a.sources)} for a in proposal.alternatives
        ],
        "dose": _dose(proposal),
        "series": [{"n": i.n, "date": i.on.isoformat(), "kind": i.kind.value} for i in proposal.days],
        "maintenance": rule
        and {"rule": rule.rule.id, "text": rule.text, "sources": _sources(rule.rule.basis.sources)},
        "factors": [
            {"name": f.name, "evidence": f"{f.says} [{f.basis.evidence}]", "used": f.used}
            for f in proposal.factors
        ],
        "policy": {
            "id": proposal.policy.id,
            "version": proposal.policy.version,
            "signed": proposal.policy.signed,
        },
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "level": finding.level.name,
        "message": finding.message,
        "source": finding.basis.text,
        "evidence": finding.basis.evidence,
    }


def _sources(sources: Iterable[Source]) -> list[str]:
    return [str(source) for source in sources]


def _dose(proposal: Proposal) -> dict[str, Any] | None:
    calculation, weighing, weight = proposal.orderable, proposal.weighing, proposal.weight
    if calculation is None or weighing is None or weight is None or weight.used is None:
        return None
    dose, inputs = calculation.dose, calculation.inputs
    return {
        "dose_mg": _number(dose.ordered),
        "dose_mg_per_kg": _number(dose.target),
        "ordered_mg_per_kg": _number(dose.per_kg),
        "weight_kg": _number(inputs.weight),
        "weight_date": weighing.taken.isoformat(),
        "weight_basis": weight.used.basis.value,
        "minutes": _number(inputs.minutes),
        "vial_mg_per_ml": _number(inputs.vial),
        **_bag(calculation),
        "rate_mg_per_h": _number(dose.rate),
        "rate_mg_per_min": _number(dose.rate_per_minute),
        "rate_mg_per_kg_per_h": _number(dose.rate_per_kg),
        "caps_applied": [applied.text for applied in dose.caps_applied],
        "checks_agree": calculation.agree,
    }


def _bag(calculation: Calculation) -> dict[str, Any]:
    dose, bag = calculation.dose, calculation.dose.infusate
    return {
        "drug_volume_ml": _number(dose.drug_volume),
        "total_volume_ml": _number(bag.total_volume if bag else None),
        "concentration_mg_per_ml": _number(bag.concentration if bag else None),
        "rate_ml_per_h": _number(bag.pump_rate if bag else None),
    }


def _number(quantity: Quantity | None) -> int | float | None:
    """A JSON number that prints as the decimal it is: at most four decimals, so a float's shortest form is exact."""
    if quantity is None:
        return None
    value = quantity.value.quantize(PLACES, rounding=ROUND_HALF_UP)
    return int(value) if value == value.to_integral_value() else float(value)
