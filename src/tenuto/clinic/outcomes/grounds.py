"""Which tables a decision about the course rests on: whoever decides has seen the newest row of each."""

from __future__ import annotations

from tenuto.clinic.scales.api import RISK_GROUNDS

__all__ = ["GROUNDS"]

GROUNDS = (
    *RISK_GROUNDS,
    "outcomes.CourseReview", "course.CourseEnding", "course.InfusionReport", "course.InfusionStruck",
    "course.MissedVisit", "scales.ScaleFormStruck", "intake.Measured", "intake.ReadingStruck", "intake.TestResult",
    "intake.ConsentWithdrawn", "ports.Hold", "plan.PlanSignature", "plan.PlanWithdrawal", "policies.PolicyActivation",
)  # fmt: skip
"""What was given and missed, how it was borne, who may be at risk, what holds, and what was signed and decided."""
