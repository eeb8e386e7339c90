"""Breaking the glass of a restricted record, with the task that someone looks over it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from tenuto.clinic.access import glass as glasses
from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.people.models import BrokenGlass
from tenuto.clinic.ui.addresses import inside


@require_http_methods(["GET", "HEAD", "POST"])
@requires("patient.break_glass")
def break_glass_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask why, then open the record for an hour. Shows nothing of the patient before."""
    staff = staff_of(request)
    patient = get_object_or_404(staff.clinic.patients, pk=patient_id)
    then = inside(request, request.POST.get("next") or request.GET.get("next", ""))
    context = {
        "patient_id": patient_id,
        "next": then,
        "minutes": glasses.GLASS_STAYS_OPEN // timedelta(minutes=1),
        "reason": "",
        "error": "",
    }
    if request.method == "POST":
        context["reason"] = request.POST.get("reason", "")
        try:
            glasses.break_glass(patient=patient, reason=str(context["reason"]), by=staff, at=clock.instant())
        except ValueError as error:
            context["error"] = str(error)
            return render(request, "access/break_glass.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(then)
    return render(request, "access/break_glass.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("audit.review")
def glass_page(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """What was opened, why, what was looked at; and whether that was justified."""
    staff = staff_of(request)
    own = BrokenGlass.objects.filter(patient__clinic=staff.clinic).select_related(
        "patient", "staff", "review"
    )
    glass = get_object_or_404(own, pk=glass_id)
    error = ""
    if request.method == "POST":
        justified = request.POST.get("justified", "")
        try:
            if justified not in ("yes", "no"):
                raise ValueError("Say whether it was justified: choose yes or no.")
            note = request.POST.get("note", "")
            glasses.review_glass(
                glass=glass.pk, justified=justified == "yes", note=note, by=staff, at=clock.instant()
            )
        except (ValueError, PermissionError, glasses.AlreadyReviewed) as problem:
            error = str(problem)
        else:
            messages.success(request, "The review is recorded.")
            return redirect("access:audit")
    context = {"glass": glass, "looks": glasses.looks_through(glass), "error": error, "here": "audit"}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    record_read(subject=glass.patient, by=staff, at=clock.instant(), what="review of a broken glass")
    return render(request, "access/glass.html", context, status=status)
