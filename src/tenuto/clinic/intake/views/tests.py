"""Tests: which are due and why, their results, and asking for one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may_strike
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.forms.tests import WORDS, TestsForm
from tenuto.clinic.intake.models import TestResult
from tenuto.clinic.intake.services import record_reading, record_test
from tenuto.clinic.intake.services.striking import VERB, NotStruck, strike_result
from tenuto.clinic.intake.services.tests import ask_for_test
from tenuto.clinic.intake.state import IntakeState, current
from tenuto.clinic.intake.views.frame import UNPROCESSABLE, page
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.intake import labs
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.eligibility import JudgementPurpose, case_of
from tenuto.core.intake.required import fact

__all__ = ["ask", "strike", "tests"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("tests", verb="intake.record")
def tests(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What is due with its day and reason, what came back, and a form for results."""
    state = current(patient)
    case = _case(state)
    form = TestsForm(request.POST or None, today=state.as_of, shows=lambda name: case.shows(fact(name)))
    if request.method == "POST" and form.is_valid():
        _keep(request, patient, form)
        messages.success(request, "The results are recorded.", extra_tags="Saved")
        return redirect("scales:paper" if "go_on" in request.POST else "intake:tests", patient.pk)
    results = (
        TestResult.objects.filter(patient=patient).select_related("struck").order_by("-taken", *NEWEST_FIRST)
    )
    by = staff_of(request)
    context = {
        "form": form,
        "due": labs.due(case),
        "today": state.as_of,
        "results": [
            (WORDS.get(row.fact, (row.fact, ()))[0], row, may_strike(by, row.recorded_by_name, VERB))
            for row in results
        ],
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return page(request, "intake/tests.html", patient, context, state=state, status=status)


def _case(state: IntakeState) -> JudgedCase:
    return case_of(
        state.facts,
        policy=state.policy,
        as_of=state.as_of,
        purpose=JudgementPurpose.PLANNING,
        indication=None,
    )


@transaction.atomic
def _keep(request: HttpRequest, patient: Patient, form: TestsForm) -> None:
    by, now, taken = staff_of(request), clock.instant(), form.cleaned_data["taken"]
    if values := form.values():
        midnight = clock.start_of_day(patient.clinic, taken)
        record_reading(patient=patient, values=values, taken_at=midnight, by=by, at=now)
    for fact_id, word in form.words().items():
        record_test(patient=patient, fact_id=fact_id, value=word, taken=taken, by=by, at=now)


@require_POST
@shows_patient("tests", verb="intake.record")
def strike(request: HttpRequest, patient: Patient, result: UUID) -> HttpResponse:
    """Say that a result was entered in error. It stays, struck through."""
    why, by = request.POST.get("why", ""), staff_of(request)
    try:
        strike_result(patient=patient, result=result, why=why, by=by, at=clock.instant())
    except NotStruck as refused:
        messages.error(request, str(refused), extra_tags="Not struck")
    else:
        messages.success(
            request, "The result counts no more. Enter the right one if it is known.", extra_tags="Struck"
        )
    return redirect("intake:tests", patient.pk)


@require_POST
@shows_patient("tests", verb="task.open")
def ask(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Give the coordinator the task to order a test."""
    wanted = request.POST.get("test", "")
    test = next((t for t in labs.tests() if t.id == wanted), None)
    if test is None:
        raise Http404(f"There is no test '{wanted[:40]}'.")
    ask_for_test(patient=patient, test=test, by=staff_of(request), at=clock.instant())
    messages.success(request, f"The coordinator has the task: {test.title}.", extra_tags="Asked")
    return redirect("intake:tests", patient.pk)
