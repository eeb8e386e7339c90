"""The door of outcomes: what later stages may know of it, and its verbs."""

from __future__ import annotations

from tenuto.clinic.outcomes.checked import checks, checks_with
from tenuto.clinic.outcomes.decided import decisions
from tenuto.clinic.outcomes.services import (
    CheckRefused,
    EndingRefused,
    ReviewRefused,
    complete_course,
    go_on_despite,
    push_answered,
    push_checks,
    push_decisions,
    record_check,
    resume_course,
    review_course,
    taper_course,
)

__all__ = [
    "CheckRefused",
    "EndingRefused",
    "ReviewRefused",
    "checks",
    "checks_with",
    "complete_course",
    "decisions",
    "go_on_despite",
    "push_answered",
    "push_checks",
    "push_decisions",
    "record_check",
    "resume_course",
    "review_course",
    "taper_course",
]
