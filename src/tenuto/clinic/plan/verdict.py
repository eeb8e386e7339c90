"""The one verdict on a proposal, as pages, lists and papers of the clinic say it."""

from __future__ import annotations

from tenuto.core.gate import Gate
from tenuto.core.intake.safety import SafetyState, with_safety
from tenuto.core.plan.proposal import Proposal

__all__ = ["verdict_on"]


def verdict_on(proposal: Proposal, safety: SafetyState) -> Gate:
    """What is judged of person, protocol and dates, and an open risk of suicide, which blocks wherever it was found."""
    return with_safety(proposal.verdict, safety)
