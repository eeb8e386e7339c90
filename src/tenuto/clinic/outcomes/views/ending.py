"""The end of a course, and the visits beside its infusions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import VisitKind, account, plan_beside, record_visit
from tenuto.clinic.outcomes.forms.ending import (
    BesidePlanForm,
    BesideVisitForm,
    CompleteForm,
    ResumeForm,
    TaperForm,
)
from tenuto.clinic.outcomes.presenters.ending import ending_page
from tenuto.clinic.outcomes.services import EndingRefused, complete_course, resume_course, taper_course
from tenuto.clinic.pathway.api import Batch, patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.course.beside import BesideKind
from tenuto.core.course.infusion import CourseError

__all__ = ["complete", "page", "plan_visits", "resume", "taper", "visit"]

GROUNDS = (
    "course.CourseEnding",
    "course.InfusionReport",
    "scales.ScaleForm",
    "outcomes.CourseReview",
    "plan.PlanSignature",
)
FORMS: Mapping[str, type[Form]] = {
    "taper": TaperForm,
    "complete": CompleteForm,
    "resume": ResumeForm,
    "plan": BesidePlanForm,
    "visit": BesideVisitForm,
}
PAGE = "outcomes:ending"


@require_safe
@shows_patient("end of the course")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Where the course stands with its end, and which visits are due beside its infusions."""
    return _page(request, patient)


@require_POST
@shows_patient("taper of the course", verb="course.end")
@rests_on(*GROUNDS, typed=TaperForm, page=PAGE)
def taper(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Space the last infusions out."""
    form = TaperForm(request.POST, auto_id="id_taper_%s")

    def keep() -> None:
        got = form.cleaned_data
        taper_course(
            patient=patient, intervals_days=got["intervals"], reason=got["reason"], by=staff_of(request),
            at=clock.instant(),
        )  # fmt: skip

    return _answer(request, patient, "taper", form, keep, "The taper is on record.")


@require_POST
@shows_patient("completion of the course", verb="course.end")
@rests_on(*GROUNDS, typed=CompleteForm, page=PAGE)
def complete(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Nothing more is given."""
    form = CompleteForm(request.POST, auto_id="id_complete_%s")

    def keep() -> None:
        got = form.cleaned_data
        complete_course(
            patient=patient, follow_up_by=got["follow_up_by"], reason=got["reason"], by=staff_of(request),
            at=clock.instant(),
        )  # fmt: skip

    return _answer(request, patient, "complete", form, keep, "The course is completed.")


@require_POST
@shows_patient("course taken up again", verb="course.end")
@rests_on(*GROUNDS, typed=ResumeForm, page=PAGE)
def resume(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The signed rule counts again."""
    form = ResumeForm(request.POST, auto_id="id_resume_%s")

    def keep() -> None:
        reason = form.cleaned_data["reason"]
        resume_course(patient=patient, reason=reason, by=staff_of(request), at=clock.instant())

    return _answer(request, patient, "resume", form, keep, "The course goes on as it was signed.")


@require_POST
@shows_patient("planned visits", verb="course.plan_beside")
@rests_on("course.BesidePlan", typed=BesidePlanForm, page=PAGE)
def plan_visits(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep how often a visit is held."""
    form = BesidePlanForm(request.POST, auto_id="id_plan_%s")

    def keep() -> None:
        got = form.cleaned_data
        plan_beside(
            patient=patient, kind=BesideKind(got["kind"]), every_days=got["every_days"], with_name=got["with_name"],
            by=staff_of(request), at=clock.instant(),
        )  # fmt: skip

    return _answer(request, patient, "plan", form, keep, "The visits belong to the plan now.")


@require_POST
@shows_patient("visit beside the infusions", verb="course.record")
def visit(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep a visit that took place."""
    form = BesideVisitForm(request.POST, auto_id="id_visit_%s")

    def keep() -> None:
        got, now = form.cleaned_data, clock.instant()
        if not form.check_day(clock.day_of(patient.clinic, now)):
            return
        record_visit(
            patient=patient, kind=VisitKind(got["kind"]), held_on=got["held_on"], in_person=True, topics=(),
            note=got["note"], with_name=got["with_name"], by=staff_of(request), at=now,
        )  # fmt: skip

    return _answer(request, patient, "visit", form, keep, "The visit is on record.")


def _answer(
    request: HttpRequest, patient: Patient, name: str, form: Form, keep: Callable[[], None], done: str
) -> HttpResponse:
    if form.is_valid():
        try:
            keep()
        except (EndingRefused, CourseError) as refused:
            form.add_error(None, str(refused))
        if not form.errors:
            messages.success(request, done, extra_tags="Saved")
            return redirect(PAGE, patient.pk)
    return _page(request, patient, typed={name: form})


def _page(request: HttpRequest, patient: Patient, *, typed: Mapping[str, Form] | None = None) -> HttpResponse:
    batch = Batch.of(patient)
    forms = {name: form(auto_id=f"id_{name}_%s") for name, form in FORMS.items()} | dict(typed or {})
    context = {"page": ending_page(account(patient, batch)), "forms": forms}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.OK
    return patient_page(
        request, "outcomes/ending.html", patient, context, batch=batch, next_step=True, status=status
    )
