"""Recording a missed infusion, and what happened that bears on the interval."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import record_event, record_missed
from tenuto.clinic.outcomes.forms.happening import EventForm, MissedForm
from tenuto.clinic.outcomes.views.page import show
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.course.facts import CourseEventKind, MissedHow
from tenuto.core.course.infusion import CourseError

__all__ = ["event", "missed"]


@require_POST
@shows_patient("missed visit", verb="course.record")
def missed(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep that a planned infusion was not given."""
    form = MissedForm(request.POST, auto_id="id_missed_%s")

    def keep() -> None:
        got = form.cleaned_data
        record_missed(
            patient=patient, on=got["on"], how=MissedHow(got["how"]), reason=got["reason"], by=staff_of(request),
            at=clock.instant(),
        )  # fmt: skip

    return _answer(request, patient, form, keep, "The missed visit is on record.")


@require_POST
@shows_patient("event of the course", verb="course.record")
def event(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep that something happened."""
    form = EventForm(request.POST, auto_id="id_event_%s")

    def keep() -> None:
        got = form.cleaned_data
        record_event(
            patient=patient, kind=CourseEventKind(got["kind"]), on=got["on"], note=got["note"], by=staff_of(request),
            at=clock.instant(),
        )  # fmt: skip

    return _answer(request, patient, form, keep, "It is on record, and the forecast knows it.")


def _answer(
    request: HttpRequest,
    patient: Patient,
    form: MissedForm | EventForm,
    keep: Callable[[], None],
    done: str,
) -> HttpResponse:
    if form.is_valid():
        try:
            keep()
        except CourseError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done, extra_tags="Saved")
            return redirect("outcomes:page", patient.pk)
    typed: dict[str, forms.Form] = {"missed_form" if isinstance(form, MissedForm) else "event_form": form}
    return show(request, patient, typed=typed)
