"""Which tables a decision about treatment rests on: whoever decides has seen the newest row of each."""

from __future__ import annotations

__all__ = ["GROUNDS"]


GROUNDS = (
    "intake.Decision", "intake.IntakeRecord", "intake.StepSave", "intake.Measured", "intake.ReadingStruck",
    "intake.TestResult", "intake.ConsentSigned", "intake.ConsentWithdrawn", "scales.ScaleForm", "scales.SuicideTriage",
    "course.InfusionReport", "course.Visit", "ports.Task", "people.Identity", "policies.PolicyActivation",
)  # fmt: skip
"""What the page of a decision shows: the decision that stands, all that the gate judges, and who waits for something."""
