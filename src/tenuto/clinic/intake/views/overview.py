"""The intake page of a patient, and ending a task from it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.course.api import visits_of
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.presenters.overview import decision_text, sections, task_cards
from tenuto.clinic.intake.state import current
from tenuto.clinic.intake.views.frame import page, staff_of
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import AlreadyEnded, close_task, open_tasks_of

__all__ = ["end_task", "overview"]


@require_safe
@shows_patient("intake page")
def overview(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Every section done, due or blocked; open tasks; what was decided."""
    state = current(patient)
    context = {
        "sections": sections(state, patient.pk, staff_of(request)),
        "tasks": task_cards(open_tasks_of(patient), now=timezone.now()),
        "decision": state.decision,
        "decision_told": decision_text(state),
        "decisions": Decision.objects.filter(patient=patient).order_by("-recorded_at"),
        "visits": sorted(
            visits_of(patient.pk), key=lambda each: (each.held_on, each.recorded_at), reverse=True
        ),
        "record": state.record,
    }
    return page(request, "intake/overview.html", patient, context, state=state)


@require_POST
@shows_patient("intake page", verb="task.close")
def end_task(request: HttpRequest, patient: Patient, task_id: UUID) -> HttpResponse:
    """A person ends a task with a note; no programme does."""
    note = request.POST.get("note", "").strip()
    if task_id not in {task.id for task in open_tasks_of(patient)}:
        messages.warning(request, "This task is already closed. Nothing was changed.", extra_tags="Look")
    elif not note:
        messages.error(
            request, "Say in a few words how the task was done, then close it.", extra_tags="Not saved"
        )
    else:
        _close(request, task_id, note)
    return redirect("intake:page", patient.pk)


def _close(request: HttpRequest, task_id: UUID, note: str) -> None:
    try:
        close_task(task=task_id, note=note[:500], by=staff_of(request), at=timezone.now())
    except AlreadyEnded as ended:
        messages.warning(request, str(ended), extra_tags="Look")
    else:
        messages.success(request, "The task is closed.", extra_tags="Done")
