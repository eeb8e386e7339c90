"""What scales add to the pages of a patient and of the clinic, and where their tasks are done."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, TaskPlace
from tenuto.core.literature.tasks import TRY_AGAIN, TaskKind, task_kinds

__all__ = ["CONTRIBUTION"]


def _task_place(rule: TaskKind) -> TaskPlace:
    if rule.id == "scale.review":
        return TaskPlace(rule.title, "Go over it", "scales:scales")
    return TaskPlace(rule.title, "Record the triage", "scales:triage", verb="scale.triage")


CONTRIBUTION = Contribution(
    room="scales",
    tasks={k.id: _task_place(k) for k in task_kinds().values() if k.urgency or k.triage or k.id == TRY_AGAIN},
    patient_urls="tenuto.clinic.scales.urls",
    clinic_urls="tenuto.clinic.scales.answer_urls",
)
