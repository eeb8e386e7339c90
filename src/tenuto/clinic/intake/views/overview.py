"""The intake page of a patient."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import visits_of
from tenuto.clinic.intake.models import Decision, EnquiryEnd
from tenuto.clinic.intake.presenters.overview import decision_text, sections, task_cards
from tenuto.clinic.intake.since import changed_since_decision
from tenuto.clinic.intake.state import current
from tenuto.clinic.intake.views.frame import page
from tenuto.clinic.ledger.facts import IN_ORDER, NEWEST_FIRST
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import open_tasks_of

__all__ = ["overview"]


@require_safe
@shows_patient("intake page")
def overview(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Every section done, due or blocked; open tasks; what was decided."""
    state = current(patient)
    context = {
        "sections": sections(state, patient.pk, staff_of(request)),
        "tasks": task_cards(open_tasks_of(patient), now=clock.instant()),
        "decision": state.decision,
        "changed": changed_since_decision(patient, state),
        "decision_told": decision_text(state),
        "decisions": Decision.objects.filter(patient=patient).order_by(*NEWEST_FIRST),
        "visits": sorted(
            visits_of(patient.pk), key=lambda each: (each.held_on, each.recorded_at), reverse=True
        ),
        "record": state.record,
        "asked": EnquiryEnd.objects.filter(patient=patient)
        .exclude(enquiry__message="")
        .select_related("enquiry")
        .order_by(*IN_ORDER),
    }
    return page(request, "intake/overview.html", patient, context, state=state, next_step=True)
