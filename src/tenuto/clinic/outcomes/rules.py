"""By which name the program pushes what a course calls for."""

from __future__ import annotations

from tenuto.core.outcomes.decisions import ReviewKind
from tenuto.core.outcomes.safety_clock import SafetyCheck

__all__ = ["ASKED", "CHECKS_RULE", "RULE", "check_hold_key", "hold_key"]

RULE = "outcomes.decisions"
CHECKS_RULE = "outcomes.checks"
ASKED = (
    ReviewKind.STOP_EARLY,
    ReviewKind.STOP_OR_JUSTIFY,
    ReviewKind.BOOSTER,
    ReviewKind.BENEFIT,
    ReviewKind.COMPLETION,
)
"""Each opens a task. What follows a series with a response is asked by the row of the worklist alone."""


def hold_key(kind: ReviewKind) -> str:
    """How the keys of a kind's holds begin."""
    return f"{kind.value}:"


def check_hold_key(check: SafetyCheck) -> str:
    """The key of the hold of a check, the same as long as the ground is."""
    return f"check:{check.kind}:{check.ground}"[:180]
