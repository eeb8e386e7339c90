"""Enquiries of a clinic: the list, taking one by phone, and making a patient of one or closing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.forms.enquiries import CloseForm, EnquiryForm, RegisterForm
from tenuto.clinic.intake.models import Enquiry, EnquiryEnd
from tenuto.clinic.intake.services import close_enquiry, record_enquiry, register_enquirer
from tenuto.clinic.intake.services.enquiries import (
    Enquiring,
    EnquiryEnded,
    EnquiryHarm,
    mark_harm,
    open_harm,
    said_of_harm,
)
from tenuto.clinic.intake.views.frame import UNPROCESSABLE
from tenuto.clinic.intake.views.registering import registered
from tenuto.clinic.ledger.facts import IN_ORDER, NEWEST_FIRST
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.people.comparing import SideBySide
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ui.words import moment

__all__ = ["add", "enquiries", "enquiry"]

SHOWN = 200


@require_safe
@requires("enquiry.record")
def enquiries(request: HttpRequest) -> HttpResponse:
    """Those that wait, first who speaks of harm, then the oldest; then those that ended lately."""
    staff = staff_of(request)
    every = staff.clinic.enquiries.select_related("end").exclude(end__patient__in=hidden_from(staff))
    ended = list(every.filter(end__isnull=False).order_by(*NEWEST_FIRST)[:20])
    # Who was registered of them is a patient, whose record may ask later who saw it.
    named = (row.end.patient_id for row in ended if row.end.patient_id is not None)
    record_list("list of enquiries", named, by=staff, at=clock.instant())
    harm = {UUID(each) for each in open_harm(staff.clinic)}
    urgent = Case(When(pk__in=harm, then=0), default=1)
    context = {
        "here": "enquiries",
        "harm": harm,
        "waiting": every.filter(end__isnull=True).order_by(urgent, *IN_ORDER)[:SHOWN],
        "ended": ended,
        "address": request.build_absolute_uri(f"/enquire/{staff.clinic_id}/"),
    }
    return render(request, "intake/enquiries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("enquiry.record")
def add(request: HttpRequest) -> HttpResponse:
    """An enquiry by phone or letter."""
    clinic = staff_of(request).clinic
    form = EnquiryForm(request.POST or None, today=clock.today(clinic), policy=policy_of(clinic))
    if request.method == "POST" and form.is_valid():
        got, staff = form.cleaned_data, staff_of(request)
        asked = Enquiring(
            got["channel"],
            got["name"],
            got["contact"],
            True,
            got["birth_date"],
            got["message"],
            got["referrer"],
        )
        row = record_enquiry(clinic=staff.clinic, asked=asked, by=staff, at=clock.instant())
        messages.success(request, "The enquiry is recorded.", extra_tags="Saved")
        return redirect("enquiry", row.pk)
    return render(
        request, "intake/enquiry_add.html", {"form": form}, status=UNPROCESSABLE if form.is_bound else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("enquiry.record")
def enquiry(request: HttpRequest, enquiry_id: UUID) -> HttpResponse:
    """One enquiry: register who asked, or close it with a reason."""
    staff = staff_of(request)
    row = get_object_or_404(staff.clinic.enquiries.select_related("end", "end__patient"), pk=enquiry_id)
    end: EnquiryEnd | None = getattr(row, "end", None)
    if end is not None and end.patient is not None and end.patient_id in hidden_from(staff):
        # It became a restricted record: the way to it is the record's own.
        return redirect("intake:page", end.patient_id)
    if request.method != "POST":
        record_read(subject=row, by=staff, at=clock.instant(), what="enquiry")
        return _show(request, row)
    if "harm" in request.POST:
        return _mark_harm(request, row)
    return _close(request, row) if "close" in request.POST else _register(request, row)


def _show(
    request: HttpRequest,
    row: Enquiry,
    *,
    register: RegisterForm | None = None,
    close: CloseForm | None = None,
    compared: SideBySide | None = None,
) -> HttpResponse:
    context = {
        "enquiry": row,
        "end": getattr(row, "end", None),
        "harm": said_of_harm(row),
        "register": register
        or RegisterForm(
            initial={
                "name": row.name,
                "birth_date": row.birth_date,
                "contact": row.contact,
                "may_contact": row.consent_to_contact,
            },
            today=clock.today(row.clinic),
            policy=policy_of(row.clinic),
        ),
        "close": close or CloseForm(),
        "compared": compared,
    }
    status = UNPROCESSABLE if register or close else 200
    return render(request, "intake/enquiry.html", context, status=status)


def _mark_harm(request: HttpRequest, row: Enquiry) -> HttpResponse:
    try:
        task = mark_harm(enquiry=row, by=staff_of(request), at=clock.instant())
    except EnquiryEnded as ended:
        messages.warning(request, str(ended), extra_tags="Look")
    else:
        who = task.owner_name or f"the {task.owner_role.label.lower()}s"
        messages.warning(
            request, f"An urgent task is open for {who}, due {moment(task.due)}.", extra_tags="Harm"
        )
    return redirect("enquiry", row.pk)


def _close(request: HttpRequest, row: Enquiry) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _show(request, row, close=form)
    try:
        close_enquiry(enquiry=row, why=form.cleaned_data["why"], by=staff_of(request), at=clock.instant())
    except (EnquiryEnded, EnquiryHarm) as refused:
        messages.warning(request, str(refused), extra_tags="Look")
    else:
        messages.success(request, "The enquiry is closed.", extra_tags="Closed")
    return redirect("enquiries")


def _register(request: HttpRequest, row: Enquiry) -> HttpResponse:
    form = RegisterForm(request.POST, today=clock.today(row.clinic), policy=policy_of(row.clinic))
    try:
        done = registered(
            request,
            form,
            lambda **who: register_enquirer(enquiry=row, **who, by=staff_of(request), at=clock.instant()),
        )
    except EnquiryEnded as ended:
        messages.warning(request, str(ended), extra_tags="Look")
        return redirect("enquiries")
    return done if isinstance(done, HttpResponse) else _show(request, row, register=form, compared=done)
