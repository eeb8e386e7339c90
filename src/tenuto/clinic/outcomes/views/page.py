"""The page of outcomes: what the scores say, what is to be decided, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import account, course_facts
from tenuto.clinic.outcomes.checked import checks
from tenuto.clinic.outcomes.decided import decisions, reviews
from tenuto.clinic.outcomes.forms import CourseReviewForm
from tenuto.clinic.outcomes.forms.happening import EventForm, MissedForm
from tenuto.clinic.outcomes.grounds import GROUNDS
from tenuto.clinic.outcomes.presenters import outcomes_page
from tenuto.clinic.outcomes.presenters.checks import check_lines
from tenuto.clinic.outcomes.services import ReviewRefused, review_course
from tenuto.clinic.pathway.api import Batch, patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import judges_risk
from tenuto.core.outcomes.decisions import ReviewKind

__all__ = ["page", "review", "show"]


@require_safe
@shows_patient("outcomes page")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The course in scores, with what is to be decided."""
    return show(request, patient)


@require_POST
@shows_patient("course review", verb="outcomes.review")
@judges_risk(*GROUNDS, typed=CourseReviewForm, page="outcomes:page")
def review(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep what was decided, and why."""
    form = CourseReviewForm(request.POST)
    if form.is_valid():
        try:
            review_course(
                patient=patient,
                kind=ReviewKind(form.cleaned_data["kind"]),
                outcome=form.cleaned_data["outcome"],
                reason=form.cleaned_data["reason"],
                by=staff_of(request),
                at=clock.instant(),
            )
        except ReviewRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The review is on record.", extra_tags="Saved")
            return redirect("outcomes:page", patient.pk)
    return show(request, patient, form)


def show(
    request: HttpRequest,
    patient: Patient,
    failed: CourseReviewForm | None = None,
    *,
    typed: Mapping[str, Form] | None = None,
) -> HttpResponse:
    """The page; a form that was not kept stands on it as it was typed."""
    batch = Batch.of(patient)
    shown = outcomes_page(
        account(patient, batch),
        decisions(batch).get(patient.pk, ()),
        reviews(batch).get(patient.pk, ()),
        course_facts(batch)[patient.pk].counted_events,
    )
    forms = [(each, _form(each.kind, failed)) for each in shown.decisions]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed or typed else HTTPStatus.OK
    context = {
        "page": shown,
        "decisions": forms,
        "checks": check_lines(checks(batch).get(patient.pk, ())),
        "missed_form": MissedForm(initial=_first_missed(patient, batch), auto_id="id_missed_%s"),
        "event_form": EventForm(auto_id="id_event_%s"),
        **(typed or {}),
    }
    return patient_page(
        request, "outcomes/page.html", patient, context, batch=batch, next_step=True, status=status
    )


def _first_missed(patient: Patient, batch: Batch) -> dict[str, date]:
    missed = account(patient, batch).missed
    return {"on": missed[0]} if missed else {}


def _form(kind: str, failed: CourseReviewForm | None) -> CourseReviewForm:
    """The form of one decision, with what was typed when it is the one that was not kept."""
    if failed is not None and failed.data.get("kind") == kind:
        return failed
    return CourseReviewForm(initial={"kind": kind}, auto_id=f"id_{kind.rpartition('.')[2]}_%s")
