"""Which tables a decision about the course rests on: whoever decides has seen the newest row of each."""

from __future__ import annotations

__all__ = ["GROUNDS"]

GROUNDS = (
    "outcomes.CourseReview", "course.CourseEnding", "course.InfusionReport", "course.InfusionStruck",
    "course.MissedVisit", "scales.ScaleFormStruck", "intake.Measured", "intake.ReadingStruck", "intake.TestResult",
    "intake.ResultStruck",
)  # fmt: skip
"""What was given and missed, how it was borne, and what was decided, beside all that every judgement has seen."""
