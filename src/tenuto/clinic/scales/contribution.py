"""What scales add to the pages of a patient and of the clinic, and where their tasks are done."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, TaskPlace
from tenuto.core.literature.tasks import CALL_BACK, TRY_AGAIN, TaskKind, task_kinds

__all__ = ["CONTRIBUTION"]


def _task_place(rule: TaskKind) -> TaskPlace:
    if rule.id == CALL_BACK:
        return TaskPlace(rule.title, "Call back", "scales:call")
    if rule.id == "scale.review":
        return TaskPlace(rule.title, "Go over it", "scales:scales")
    return TaskPlace(rule.title, "Record the triage", "scales:triage", verb="scale.triage")


CONTRIBUTION = Contribution(
    room="scales",
    tasks={
        k.id: _task_place(k)
        for k in task_kinds().values()
        if k.urgency or k.triage or k.id in (TRY_AGAIN, CALL_BACK)
    },
    patient_urls="tenuto.clinic.scales.urls",
)
