"""One dose calculated twice, with everything that caps, dilution and agreement say about it."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.core.gate import Finding
from tenuto.core.plan.agreement import agreement_findings
from tenuto.core.plan.caps import dose_findings
from tenuto.core.plan.dose import Dose, calculate
from tenuto.core.plan.dose_check import Checked, recompute
from tenuto.core.plan.inputs import DoseInputs
from tenuto.core.plan.product import dilution_findings
from tenuto.core.plan.protocol import Protocol
from tenuto.core.policy import Policy

__all__ = ["Calculation", "calculate_twice"]


@dataclass(frozen=True, slots=True)
class Calculation:
    """Both results side by side for the dose card: `dose.steps` in decimals, `check.lines` in whole millionths."""

    inputs: DoseInputs
    dose: Dose
    check: Checked
    findings: tuple[Finding, ...]
    agree: bool


def calculate_twice(inputs: DoseInputs, protocol: Protocol, policy: Policy) -> Calculation:
    """Run both calculations and judge the result. A disagreement is a REFUSE finding, never an exception."""
    dose, check = calculate(inputs), recompute(inputs)
    disagreement = agreement_findings(dose, check)
    findings = (
        *disagreement,
        *dose_findings(inputs, dose, protocol, policy),
        *dilution_findings(inputs, dose),
    )
    return Calculation(inputs, dose, check, findings, not disagreement)
