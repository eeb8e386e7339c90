"""The decision about treatment, signed by a named prescriber."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.forms.decision import DecisionForm
from tenuto.clinic.intake.forms.judgements import JudgementsForm
from tenuto.clinic.intake.gather import fold, gather_one
from tenuto.clinic.intake.grounds import GROUNDS
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.presenters.deciding import grounds_of_decision
from tenuto.clinic.intake.services import DecisionRefused, DecisionUnreasoned, decide
from tenuto.clinic.intake.services.history import EntryRefused
from tenuto.clinic.intake.services.judging import lacking_judgements, record_judgements
from tenuto.clinic.intake.since import changed_since_decision
from tenuto.clinic.intake.state import current
from tenuto.clinic.intake.views.frame import UNPROCESSABLE, page
from tenuto.clinic.intake.views.history import prescribers_of
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.clinic.scales.api import ANSWER_ON_DEATH, judges_risk

__all__ = ["decision", "judgements"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("decision", verb="intake.decide")
@judges_risk(*GROUNDS, typed=DecisionForm, contrary=ANSWER_ON_DEATH)
def decision(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The gate, and the form to decide."""
    return _sign(request, patient) if request.method == "POST" else _show(request, patient, None)


@require_POST
@shows_patient("decision", verb="intake.decide")
def judgements(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep the clinical judgements that lacked, and go back to the decision."""
    by = staff_of(request)
    form = JudgementsForm(request.POST, lacking_judgements(current(patient), by), prescribers_of(patient))
    if not form.is_valid():
        return _show(request, patient, None, judged=form)
    seen = {key: int(text) for key in form.given() if (text := request.POST.get(f"v-{key}", "0")).isdecimal()}
    try:
        record_judgements(patient=patient, answers=form.given(), seen=seen, by=by, at=clock.instant())
    except EntryRefused as refused:
        messages.error(request, str(refused), extra_tags="Not saved")
    else:
        messages.success(request, "The judgements are recorded with your name.", extra_tags="Saved")
    return redirect("intake:decision", patient.pk)


def _show(
    request: HttpRequest,
    patient: Patient,
    form: DecisionForm | None,
    judged: JudgementsForm | None = None,
) -> HttpResponse:
    state = current(patient)
    lacking = lacking_judgements(state, staff_of(request))
    saves = [each for entries in fold(gather_one(patient.pk).saves).values() for each in entries.items()]
    versions = {key: saved.version for key, saved in saves}
    context = {
        "form": form or DecisionForm(),
        "state": state,
        "grounds": grounds_of_decision(patient, state, open_tasks_of(patient), now=clock.instant()),
        "judged": judged or JudgementsForm(None, lacking, prescribers_of(patient)),
        "versions": [(q.fact.id, versions.get(q.fact.id, 0)) for q in lacking],
        "changed": changed_since_decision(patient, state),
        "rows": Decision.objects.filter(patient=patient).order_by(*NEWEST_FIRST),
    }
    status = UNPROCESSABLE if form or judged else 200
    return page(request, "intake/decision.html", patient, context, state=state, status=status)


def _sign(request: HttpRequest, patient: Patient) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, patient, form)
    try:
        row = signed_by(
            request,
            lambda signature: decide(
                patient=patient,
                outcome=form.cleaned_data["outcome"],
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                signature=signature,
                at=clock.instant(),
            ),
        )
    except DecisionRefused as refused:
        form.add_error("reason" if isinstance(refused, DecisionUnreasoned) else "outcome", str(refused))
        return _show(request, patient, form)
    if isinstance(row, HttpResponse):
        return row
    messages.success(
        request, f"{row.get_outcome_display()}, signed by {row.signed_by}.", extra_tags="Decided"
    )
    return redirect("intake:page", patient.pk)
