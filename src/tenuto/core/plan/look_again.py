"""Looking again at a signed plan: what is found today about the person that the signature did not know."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.eligibility import Assessment
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.literature.protocol import protocol
from tenuto.core.plan.order import Order
from tenuto.core.plan.requirements import requirement_findings

__all__ = ["between_visits", "found_since", "gate_today", "stops"]

GREW_OLD = frozenset({"WEIGHT-OLD"})
"""Findings about what was right when it was taken, and is taken again on the day of each infusion."""


def gate_today(order: Order, facts: PatientFacts, assessment: Assessment) -> Gate:
    """What intake says about the person today, and what the order's own version of the protocol requires beside it.

    Dose and dates are not judged again: they are what was signed. `assessment` is that of the same facts.
    """
    pinned = order.protocol
    needs = requirement_findings(protocol(pinned.id, pinned.version), facts) if pinned else ()
    return Gate.of([*assessment.gate.findings, *needs])


def between_visits(gate: Gate) -> Gate:
    """The gate of a day on which nothing starts: what only grew old is measured anew at the next visit, and closes that start.

    A signed plan of one infusion a month would else be blocked for three weeks of four by its last weight.
    """
    return Gate.of([_to_do(finding) if finding.code in GREW_OLD else finding for finding in gate.findings])


def _to_do(finding: Finding) -> Finding:
    return replace(finding, level=min(finding.level, Level.REVIEW), missing=True)


def found_since(order: Order, gate: Gate) -> tuple[Finding, ...]:
    """The findings above PASS that the order does not have, worst first. Each is found as often as it is new."""
    known = Counter((f.code, f.level, f.fact) for f in order.findings)
    new = []
    for finding in sorted(gate.findings, key=lambda f: -f.level):
        if finding.level is Level.PASS:
            continue
        key = (finding.code, finding.level.name, finding.fact)
        if known[key] > 0:
            known[key] -= 1
        else:
            new.append(finding)
    return tuple(new)


def stops(finding: Finding) -> bool:
    """Whether a new finding holds the plan until a prescriber has looked: whatever blocks, and whatever was recorded.

    What is merely not recorded any more, such as a score that grew old, is to do and holds nothing.
    """
    return finding.level >= Level.BLOCK or not finding.missing
