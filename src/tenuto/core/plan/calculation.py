"""One dose calculated twice, with everything that caps, dilution and agreement say about it."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.core.gate import Finding
from tenuto.core.literature.protocol import Protocol
from tenuto.core.plan.agreement import agreement_findings
from tenuto.core.plan.caps import dose_findings
from tenuto.core.plan.dose import CalculationStep, Dose, calculate
from tenuto.core.plan.dose_check import CheckLine, DoseCheck, recompute
from tenuto.core.plan.inputs import DoseInputs
from tenuto.core.plan.product import dilution_findings
from tenuto.core.policy import Policy

__all__ = ["Calculation", "CalculationView", "calculate_twice", "views"]


@dataclass(frozen=True, slots=True)
class Calculation:
    """Both results side by side for the dose card: `dose.steps` in decimals, `check.lines` in whole millionths."""

    inputs: DoseInputs
    dose: Dose
    check: DoseCheck
    findings: tuple[Finding, ...]
    agree: bool


@dataclass(frozen=True, slots=True)
class CalculationView:
    """One of the two calculations as shown on the dose card, line by line."""

    name: str
    lines: tuple[CalculationStep | CheckLine, ...]


def views(calculation: Calculation) -> tuple[CalculationView, CalculationView]:
    """Both calculations to be read side by side; every line has name, formula, working and result."""
    return (
        CalculationView("Exact decimals", calculation.dose.steps),
        CalculationView("Whole millionths", calculation.check.lines),
    )


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
