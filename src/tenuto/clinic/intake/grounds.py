"""Which tables a decision about treatment rests on: whoever decides has seen the newest row of each."""

from __future__ import annotations

__all__ = ["GROUNDS"]


GROUNDS = (
    "intake.Decision", "intake.Measured", "intake.ReadingStruck",
    "intake.TestResult", "intake.ResultStruck", "intake.ConsentSigned", "scales.ScaleFormStruck",
    "course.InfusionReport", "course.InfusionStruck", "course.MissedVisit", "course.Visit",
    "people.Identity",
)  # fmt: skip
"""What the page of a decision shows beside all that every judgement has seen: the decision that stands, and what the gate judges."""
