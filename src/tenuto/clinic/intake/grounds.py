"""Which tables a decision about treatment rests on: whoever decides has seen the newest row of each."""

from __future__ import annotations

from tenuto.clinic.scales.api import RISK_GROUNDS

__all__ = ["GROUNDS"]


GROUNDS = (
    "intake.Decision", "intake.Measured", "intake.ReadingStruck",
    "intake.TestResult", "intake.ConsentSigned", "intake.ConsentWithdrawn", "scales.ScaleFormStruck",
    *RISK_GROUNDS, "course.InfusionReport", "course.InfusionStruck", "course.MissedVisit", "course.Visit",
    "ports.Hold", "people.Identity", "policies.PolicyActivation",
)  # fmt: skip
"""What the page of a decision shows: the decision that stands, all that the gate judges, and who waits for something."""
