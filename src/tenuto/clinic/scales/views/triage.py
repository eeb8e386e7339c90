"""Suicide triage: a level that a clinician records, and what follows from it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.pathway.api import Batch, deciding_page, facts_of, first_page, known_of
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import TaskRow, open_tasks_of
from tenuto.clinic.scales.forms.triage import TriageForm
from tenuto.clinic.scales.grounds import finds_risk
from tenuto.clinic.scales.models import SuicideTriage
from tenuto.clinic.scales.services import record_triage
from tenuto.clinic.scales.views.frame import UNPROCESSABLE, page
from tenuto.clinic.ui.words import long_day
from tenuto.core.intake.risk_answers import TRIAGE
from tenuto.core.literature.tasks import EndsBy, task_kind
from tenuto.core.scales.definition import ScaleError
from tenuto.core.scales.suicide_triage import RiskLevel, level_rules

__all__ = ["triage"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("suicide triage", verb="scale.triage")
@finds_risk(typed=TriageForm)
def triage(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The form, and every level that was recorded."""
    form = TriageForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _keep(request, patient, form):
        return redirect((deciding_page() if "go_on" in request.POST else "") or first_page(), patient.pk)
    rows = SuicideTriage.objects.filter(patient=patient).order_by(*NEWEST_FIRST)
    context = {
        "form": form,
        "rules": level_rules().values(),
        "elsewhere": _from_elsewhere(patient),
        "waiting": _waiting(patient, request),
        "levels": [(level_rules()[RiskLevel(row.level)], row) for row in rows],
    }
    return page(
        request, "scales/triage.html", patient, context, status=UNPROCESSABLE if form.is_bound else 200
    )


def _waiting(patient: Patient, request: HttpRequest) -> list[tuple[TaskRow, bool]]:
    """The open tasks that a triage ends, each with whether one by this reader does."""
    role = staff_of(request).role
    kinds = ((task, task_kind(task.kind)) for task in open_tasks_of(patient))
    return [(task, role in kind.may_end) for task, kind in kinds if EndsBy.TRIAGE in kind.ends_by]


def _from_elsewhere(patient: Patient) -> list[str]:
    """The triages that came with records, newest first: 'Moderate, Tue 24 Nov 2026'."""
    own = {row.recorded_at for row in SuicideTriage.objects.filter(patient=patient)}
    found = [
        answer
        for answer in facts_of(patient, Batch.of(patient)).answers
        if answer.fact == TRIAGE and answer.at not in own
    ]
    found.sort(key=lambda answer: answer.taken or date.min, reverse=True)
    return [
        f"{str(answer.value).capitalize()}, {long_day(answer.taken) if answer.taken else 'without a date'}"
        for answer in found
    ]


def _keep(request: HttpRequest, patient: Patient, form: TriageForm) -> bool:
    try:
        _, tasks = record_triage(
            patient=patient,
            level=form.found(),
            rests_on=form.cleaned_data["rests_on"],
            screen=form.screen(),
            known=known_of(request),
            by=staff_of(request),
            at=clock.instant(),
        )
    except ScaleError as refused:
        form.add_error("rests_on", str(refused))
        return False
    messages.success(request, "The level is recorded.", extra_tags="Saved")
    for task in tasks:
        messages.error(request, task.why, extra_tags="Task opened")
    return True
