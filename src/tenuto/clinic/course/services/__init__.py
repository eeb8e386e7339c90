"""The verbs of the course. Each is one transaction with its audit event."""

from __future__ import annotations

from tenuto.clinic.course.services.accounts import account, accounts, course_facts
from tenuto.clinic.course.services.ending import plan_beside, record_ending
from tenuto.clinic.course.services.happening import record_event, record_missed
from tenuto.clinic.course.services.infusions import CourseMoved, record_infusion
from tenuto.clinic.course.services.next_steps import next_steps
from tenuto.clinic.course.services.striking import strike_infusion
from tenuto.clinic.course.services.visits import record_visit

__all__ = [
    "CourseMoved",
    "account",
    "accounts",
    "course_facts",
    "next_steps",
    "plan_beside",
    "record_ending",
    "record_event",
    "record_infusion",
    "record_missed",
    "record_visit",
    "strike_infusion",
]
