"""The verbs of outcomes. Each is one transaction with its audit event."""

from __future__ import annotations

from tenuto.clinic.outcomes.services.checking import CheckRefused, go_on_despite, record_check
from tenuto.clinic.outcomes.services.ending import (
    EndingRefused,
    complete_course,
    resume_course,
    taper_course,
)
from tenuto.clinic.outcomes.services.no_shows import contact_no_shows
from tenuto.clinic.outcomes.services.pushing import push_decisions
from tenuto.clinic.outcomes.services.reviewing import ReviewRefused, review_course
from tenuto.clinic.outcomes.services.watching import LOOKS_EVERY, push_answered, push_checks

__all__ = [
    "LOOKS_EVERY",
    "CheckRefused",
    "EndingRefused",
    "ReviewRefused",
    "complete_course",
    "contact_no_shows",
    "go_on_despite",
    "push_answered",
    "push_checks",
    "push_decisions",
    "record_check",
    "resume_course",
    "review_course",
    "taper_course",
]
