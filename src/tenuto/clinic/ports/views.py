"""The page of a task of a patient: what ends it, what was tried, and recording that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.api import first_page, patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports import api
from tenuto.clinic.ports.calling import contacts_of, said_of
from tenuto.clinic.ports.forms import ContactForm, NoteForm, NotReachedForm
from tenuto.clinic.ports.models import Task
from tenuto.clinic.ports.presenters import task_page

FORMS: Mapping[str, type[forms.Form]] = {"contact": ContactForm, "tried": NotReachedForm, "note": NoteForm}
TASK = "ports:task"
TRIED = ("ports.TaskEnd", "ports.Contact", "ports.NotReached")


@require_safe
@shows_patient("task page")
def task(request: HttpRequest, patient: Patient, task_id: UUID) -> HttpResponse:
    """What is to do, and what has to be on record for it to end."""
    return _page(request, patient, _own(patient, task_id))


@require_POST
@shows_patient("task page", verb="task.close")
@rests_on("ports.TaskEnd", typed=ContactForm, page=TASK, same="task_id")
def contact(request: HttpRequest, patient: Patient, task_id: UUID) -> HttpResponse:
    """Keep an attempt to reach the patient."""

    def keep(form: forms.Form) -> None:
        got, by = form.cleaned_data, staff_of(request)
        reached = got["reached"] == "yes"
        api.record_contact(
            task=task_id, how=got["how"], reached=reached, outcome=got["outcome"], words=got["words"],
            tried_at=got["tried_at"], by=by, at=clock.instant(),
        )  # fmt: skip

    return _record(request, patient, task_id, "contact", keep, said="The attempt is on record.")


@require_POST
@shows_patient("task page", verb="task.close")
@rests_on("ports.TaskEnd", typed=NotReachedForm, page=TASK, same="task_id")
def not_reached(request: HttpRequest, patient: Patient, task_id: UUID) -> HttpResponse:
    """Keep that everything was tried."""

    def keep(form: forms.Form) -> None:
        api.record_not_reached(task=task_id, **form.cleaned_data, by=staff_of(request), at=clock.instant())

    return _record(
        request,
        patient,
        task_id,
        "tried",
        keep,
        said="That is on record. It ends no risk: somebody else by name has the task to try again.",
    )


@require_POST
@shows_patient("task page", verb="task.close")
@rests_on(*TRIED, typed=NoteForm, page=TASK, same="task_id")
def close(request: HttpRequest, patient: Patient, task_id: UUID) -> HttpResponse:
    """End a task with a note, where its kind allows one."""

    def keep(form: forms.Form) -> None:
        note = form.cleaned_data["note"]
        api.close_task(task=task_id, note=note, by=staff_of(request), at=clock.instant())

    return _record(request, patient, task_id, "note", keep, said="The task is closed.")


def _record(
    request: HttpRequest,
    patient: Patient,
    task_id: UUID,
    name: str,
    keep: Callable[[forms.Form], object],
    *,
    said: str,
) -> HttpResponse:
    """Keep what was sent and go on; or the same page with everything that was typed and why it was not kept."""
    found, form = _own(patient, task_id), _form(name, patient, request.POST)
    if form.is_valid():
        try:
            keep(form)
        except api.AlreadyEnded as ended:
            messages.warning(request, str(ended), extra_tags="Look")
            return redirect(first_page(), patient.pk)
        except (api.ContactRefused, PermissionError) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, said, extra_tags="Saved")
            is_open = not Task.objects.filter(pk=task_id, end__isnull=False).exists()
            return (
                redirect("ports:task", patient.pk, task_id) if is_open else redirect(first_page(), patient.pk)
            )
    return _page(request, patient, found, failed={name: form})


def _form(name: str, patient: Patient, data: QueryDict | None = None) -> forms.Form:
    if name == "tried":
        return NotReachedForm(data, prefix=name, contact=said_of(contacts_of(patient)))
    return FORMS[name](data, prefix=name, initial={"tried_at": clock.instant()})


def _own(patient: Patient, task_id: UUID) -> Task:
    return get_object_or_404(Task.objects.select_related("end", "owner"), pk=task_id, patient=patient)


def _page(
    request: HttpRequest, patient: Patient, found: Task, *, failed: Mapping[str, forms.Form] | None = None
) -> HttpResponse:
    given = failed or {}
    shown = task_page(found, staff=staff_of(request), now=clock.instant())
    context = {
        "page": shown,
        "first_page": first_page(),
        **{f"{name}_form": given.get(name) or _form(name, patient) for name in FORMS},
    }
    return patient_page(request, "ports/task.html", patient, context, status=422 if failed else 200)
