"""What scales add to the pages of a patient and of the clinic, and where their tasks are done."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, TaskPlace
from tenuto.core.intake.tasks import TaskRule, rules

__all__ = ["CONTRIBUTION"]


def _task_place(rule: TaskRule) -> TaskPlace:
    if rule.id == "scale.review":
        return TaskPlace(rule.title, "Go over it", "scales:scales")
    return TaskPlace(rule.title, "Record the triage", "scales:triage")


CONTRIBUTION = Contribution(
    room="scales",
    tasks={rule.id: _task_place(rule) for rule in rules() if rule.urgency or rule.triage},
    patient_urls="tenuto.clinic.scales.urls",
    clinic_urls="tenuto.clinic.scales.answer_urls",
)
