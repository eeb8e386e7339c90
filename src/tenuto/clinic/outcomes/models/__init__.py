"""Facts about outcomes. Rows are only added."""

from __future__ import annotations

from tenuto.clinic.outcomes.models.checks import CheckEntered, CheckGoneOn
from tenuto.clinic.outcomes.models.letter import Letter
from tenuto.clinic.outcomes.models.review import CourseReview

__all__ = ["CheckEntered", "CheckGoneOn", "CourseReview", "Letter"]
