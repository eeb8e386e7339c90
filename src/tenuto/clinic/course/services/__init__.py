"""The verbs of the course. Each is one transaction with its audit event."""

from __future__ import annotations

from tenuto.clinic.course.services.infusions import CourseMoved, record_infusion
from tenuto.clinic.course.services.visits import record_visit

__all__ = ["CourseMoved", "record_infusion", "record_visit"]
