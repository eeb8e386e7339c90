"""The end of a course, and the visits beside its infusions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import VisitKind, account, plan_beside, record_visit
from tenuto.clinic.outcomes.forms.ending import (
    BesidePlanForm,
    BesideVisitForm,
    CompleteForm,
    ResumeForm,
    TaperForm,
)
from tenuto.clinic.outcomes.grounds import GROUNDS
from tenuto.clinic.outcomes.presenters.ending import ending_page
from tenuto.clinic.outcomes.services import EndingRefused, complete_course, resume_course, taper_course
from tenuto.clinic.pathway.api import Batch, patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import judges_risk
from tenuto.core.course.beside import BesideKind
from tenuto.core.course.infusion import CourseError

__all__ = ["complete", "page", "plan_visits", "resume", "taper", "visit"]

PAGE = "outcomes:ending"
Keep = Callable[[Patient, Any, Staff, datetime], object]
"""The service of a form: the patient, the form that is valid, by whom and when. A form that it adds an error to is not kept."""


@dataclass(frozen=True, slots=True)
class EndingAct:
    """What is recorded on this page: its form, who may, what it must have seen, its service, and what is said once it is kept."""

    form: type[Form]
    what: str
    verb: str
    grounds: tuple[str, ...]
    """Tables that the page must have seen; none for what stands beside the others."""
    keep: Keep
    done: str


def _taper(patient: Patient, form: Any, by: Staff, at: datetime) -> None:
    got = form.cleaned_data
    taper_course(patient=patient, intervals_days=got["intervals"], reason=got["reason"], by=by, at=at)


def _complete(patient: Patient, form: Any, by: Staff, at: datetime) -> None:
    got = form.cleaned_data
    complete_course(patient=patient, follow_up_by=got["follow_up_by"], reason=got["reason"], by=by, at=at)


def _resume(patient: Patient, form: Any, by: Staff, at: datetime) -> None:
    resume_course(patient=patient, reason=form.cleaned_data["reason"], by=by, at=at)


def _plan_visits(patient: Patient, form: Any, by: Staff, at: datetime) -> None:
    got = form.cleaned_data
    plan_beside(
        patient=patient, kind=BesideKind(got["kind"]), every_days=got["every_days"], with_name=got["with_name"],
        by=by, at=at,
    )  # fmt: skip


def _visit(patient: Patient, form: Any, by: Staff, at: datetime) -> None:
    got = form.cleaned_data
    if form.check_day(clock.day_of(patient.clinic, at)):
        record_visit(
            patient=patient, kind=VisitKind(got["kind"]), held_on=got["held_on"], in_person=True, topics=(),
            note=got["note"], with_name=got["with_name"], by=by, at=at,
        )  # fmt: skip


VISITS = ("course.BesidePlan",)
ACTS: Mapping[str, EndingAct] = {
    "taper": EndingAct(
        TaperForm, "taper of the course", "course.end", GROUNDS, _taper, "The taper is on record."
    ),
    "complete": EndingAct(
        CompleteForm, "completion of the course", "course.end", GROUNDS, _complete, "The course is completed."
    ),
    "resume": EndingAct(
        ResumeForm,
        "course taken up again",
        "course.end",
        GROUNDS,
        _resume,
        "The course goes on as it was signed.",
    ),
    "plan": EndingAct(
        BesidePlanForm,
        "planned visits",
        "course.plan_beside",
        VISITS,
        _plan_visits,
        "The visits belong to the plan now.",
    ),
    "visit": EndingAct(
        BesideVisitForm, "visit beside the infusions", "course.record", (), _visit, "The visit is on record."
    ),
}


@require_safe
@shows_patient("end of the course")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Where the course stands with its end, and which visits are due beside its infusions."""
    return _page(request, patient)


def _view(name: str) -> Callable[..., HttpResponse]:
    """The address that a act is posted to."""
    act = ACTS[name]

    def view(request: HttpRequest, patient: Patient) -> HttpResponse:
        form = act.form(request.POST, auto_id=f"id_{name}_%s")
        if form.is_valid():
            try:
                act.keep(patient, form, staff_of(request), clock.instant())
            except (EndingRefused, CourseError) as refused:
                form.add_error(None, str(refused))
            if not form.errors:
                messages.success(request, act.done, extra_tags="Saved")
                return redirect(PAGE, patient.pk)
        return _page(request, patient, typed={name: form})

    view.__name__ = view.__qualname__ = name
    seen = judges_risk(*act.grounds, typed=act.form, page=PAGE)(view) if act.grounds else view
    return require_POST(shows_patient(act.what, verb=act.verb)(seen))


taper, complete, resume = _view("taper"), _view("complete"), _view("resume")
plan_visits, visit = _view("plan"), _view("visit")


def _page(request: HttpRequest, patient: Patient, *, typed: Mapping[str, Form] | None = None) -> HttpResponse:
    batch = Batch.of(patient)
    forms = {name: act.form(auto_id=f"id_{name}_%s") for name, act in ACTS.items()} | dict(typed or {})
    context = {"page": ending_page(account(patient, batch)), "forms": forms}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.OK
    return patient_page(
        request, "outcomes/ending.html", patient, context, batch=batch, next_step=True, status=status
    )
