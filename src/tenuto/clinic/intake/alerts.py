"""What the banner warns of: the titles of what stands against treatment."""

from __future__ import annotations

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.required import fact
from tenuto.core.intake.risk_answers import TRIAGE
from tenuto.core.intake.safety_stops import CONSENT
from tenuto.core.sentences import shortened

__all__ = ["alerts_of"]

LONGEST = 90
"""Characters of one alert. The gate says the rest."""


def alerts_of(gate: Gate) -> tuple[str, ...]:
    """The titles of what blocks, shortest useful form; the gate says the rest.

    A risk of suicide and a consent that is not in force stand in the safety line.
    """
    blocking = (
        f
        for f in gate.findings
        if f.level >= Level.BLOCK and not f.missing and f.fact not in (TRIAGE, CONSENT)
    )
    found = map(_title, blocking)
    return tuple(dict.fromkeys(found))


def _title(finding: Finding) -> str:
    try:
        item = fact(finding.fact)
    except KeyError:
        return finding.message.split(". ")[0].split(": ")[0].rstrip(".")
    # "Measured weight" warns of nothing: of what was measured the value and what it is against.
    return shortened(finding.message.split(". ")[0].rstrip("."), LONGEST) if item.measures else item.title
