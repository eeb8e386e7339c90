"""Booking the series of a patient: what stands, ways to book what is missing, and accepting one."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.clock import today
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.forms.asking import AskedSeriesForm, ChosenForm
from tenuto.clinic.booking.forms.own import MedicinesForm, VeinsForm
from tenuto.clinic.booking.forms.visit import OtherVisitForm, RescueForm
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.needs import BookingNeed, need_of, rescue_slots, without_plan
from tenuto.clinic.booking.presenters.options import option_columns, repair_page
from tenuto.clinic.booking.presenters.standing import standing_rows
from tenuto.clinic.booking.services import (
    BookingRefused,
    accept_repair,
    accept_series,
    in_places,
    propose_options,
    propose_repair,
    week_of,
    why_not_now,
)
from tenuto.clinic.booking.services.feeds import open_feeds, opens
from tenuto.clinic.booking.services.filling import FreedPlace, freed_places
from tenuto.clinic.booking.services.preparing import medicines_note, veins_words, written_by_link
from tenuto.clinic.booking.services.rescuing import keep_rescue_slot, use_rescue_slot
from tenuto.clinic.booking.services.rooms import book_visit, visits_in_rooms
from tenuto.clinic.booking.services.standing import as_visit
from tenuto.clinic.booking.services.surplus import cancel_surplus
from tenuto.clinic.pathway.api import Batch, patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import judges_risk
from tenuto.clinic.ui.words import count
from tenuto.core.scheduling.clock import instant_of

__all__ = ["accept", "other", "page", "repaired", "rescue", "surplus"]

GROUNDS = (
    "booking.Appointment",
    "booking.AppointmentEnd",
    "booking.WeekSetup",
    "plan.PlanSignature",
    "plan.PlanWithdrawal",
    "course.InfusionReport",
    "policies.PolicyActivation",
)
"""What every act on a visit rests on. What others took meanwhile is looked at again when it is booked."""
WRITTEN_FOR = timedelta(days=14)
"""So long after a visit what was written before it is still read beside it."""
NO_PLAN = "Nothing can be booked: no plan is in force. A prescriber signs one first."


@require_safe
@shows_patient("booking page")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What stands, and how what is missing can be booked."""
    return _page(request, patient)


@require_POST
@shows_patient("booking of a series", verb="booking.book")
@judges_risk(*GROUNDS, typed=ChosenForm, page="booking:page")
def accept(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Book one of the ways in one act."""
    batch = Batch.of(patient)
    need, chosen = need_of(patient, batch), ChosenForm(request.POST)
    if need is None or not chosen.is_valid():
        return _page(request, patient, NO_PLAN if need is None else str(chosen.errors["visits"][0]))
    try:
        form = AskedSeriesForm(request.GET, need=need, week=week_of(patient.clinic))
        if form.is_bound and not form.is_valid():
            return _page(request, patient)
        asked = form.asked(ZoneInfo(patient.clinic.zone))
        rows = accept_series(
            patient=patient,
            asked=asked,
            visits=in_places(patient, asked, chosen.cleaned_data["visits"]),
            by=staff_of(request),
            at=clock.instant(),
        )
    except BookingRefused as refused:
        return _page(request, patient, str(refused))
    kept = None if need.runs else keep_rescue_slot(visit=rows[0], by=staff_of(request), at=clock.instant())
    also = f" A rescue slot is kept on {kept.at_clinic}." if kept else ""
    said = f"{len(rows)} booked, the first on {rows[0].at_clinic}.{also}"
    messages.success(request, said, extra_tags="Booked")
    return redirect("booking:page", patient.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("repair of a series", verb="booking.book")
@judges_risk(*GROUNDS, typed=ChosenForm)
def repaired(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Exactly what a repair moves, and accepting it in one act."""
    need, problem = need_of(patient, Batch.of(patient)), ""
    if need is None:
        return _page(request, patient, NO_PLAN)
    if request.method != "POST" and (held := why_not_now(Batch.of(patient))):
        return _page(request, patient, held)
    if request.method == "POST":
        problem = _accept_repair(request, patient, need)
        if not problem:
            return redirect("booking:page", patient.pk)
    asked = need.repairs()
    try:
        offer = propose_repair(patient=patient, asked=asked, by=staff_of(request), at=clock.instant())
    except BookingRefused as refused:
        return _page(request, patient, str(refused))
    before = [as_visit(row, patient.clinic) for row in need.ahead]
    context = {
        "repair": repair_page(offer, before),
        "misfits": need.misfits,
        "surplus": need.surplus,
        "problem": problem,
        "freed": _freed(patient),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return patient_page(request, "booking/repair.html", patient, context, status=status)


@require_POST
@shows_patient("cancelling visits too many", verb="booking.book")
@rests_on(*GROUNDS, typed={}, page="booking:page")
def surplus(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Cancel in one act what the plan in force has no infusion for; what is left leads to its repair where it misfits."""
    try:
        ended = cancel_surplus(patient=patient, by=staff_of(request), at=clock.instant())
    except BookingRefused as refused:
        return _page(request, patient, str(refused))
    messages.success(request, f"{count(len(ended), 'visit')} cancelled.", extra_tags="Saved")
    need = need_of(patient, Batch.of(patient))
    return redirect("booking:repair" if need is not None and need.misfits else "booking:page", patient.pk)


@require_POST
@shows_patient("booking of another visit", verb="booking.book")
@rests_on(*GROUNDS, typed=OtherVisitForm, page="booking:page")
def other(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Book a visit that is no infusion."""
    clinic = patient.clinic
    try:
        form = OtherVisitForm(request.POST, rooms=week_of(clinic).rooms)
        if not form.is_valid():
            return _page(request, patient, "The visit was not booked: see what is marked.", other=form)
        got = form.cleaned_data
        row = book_visit(
            patient=patient,
            kind=Appointment.Kind(got["kind"]),
            start=instant_of(datetime.combine(got["on"], got["time"]), ZoneInfo(clinic.zone)),
            room=got["room"],
            with_name=got["with_name"],
            by=staff_of(request),
            at=clock.instant(),
        )
    except (BookingRefused, ValueError) as refused:
        return _page(request, patient, str(refused))
    messages.success(request, f"{row.get_kind_display()} on {row.at_clinic}.", extra_tags="Booked")
    return redirect("booking:page", patient.pk)


@require_POST
@shows_patient("use of a rescue slot", verb="window.set")
@judges_risk(*GROUNDS, typed=RescueForm, page="booking:page")
def rescue(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Have the infusion on the slot that was kept, as a prescriber decides."""
    form = RescueForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, str(form.errors["why"][0]))
    try:
        row = use_rescue_slot(
            patient=patient, why=form.cleaned_data["why"], by=staff_of(request), at=clock.instant()
        )
    except BookingRefused as refused:
        return _page(request, patient, str(refused))
    messages.success(request, f"The infusion is on {row.at_clinic} now.", extra_tags="Moved")
    return redirect("booking:page", patient.pk)


def _accept_repair(request: HttpRequest, patient: Patient, need: BookingNeed) -> str:
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        return str(chosen.errors.get("visits", chosen.errors.get("why", [""]))[0])
    asked = need.repairs()
    try:
        rows = accept_repair(
            patient=patient,
            asked=asked,
            visits=in_places(patient, asked, chosen.cleaned_data["visits"]),
            why=chosen.cleaned_data["why"] or "The series was repaired.",
            by=staff_of(request),
            at=clock.instant(),
        )
    except BookingRefused as refused:
        return str(refused)
    messages.success(request, f"The series stands again; {len(rows)} booked anew.", extra_tags="Repaired")
    return ""


def _freed(patient: Patient) -> tuple[FreedPlace, ...]:
    """The places that this patient gave up and nobody has, to be offered to others."""
    return freed_places(patient.clinic, at=clock.instant(), by=patient)


def _page(
    request: HttpRequest, patient: Patient, problem: str = "", *, other: OtherVisitForm | None = None
) -> HttpResponse:
    batch, staff, now = Batch.of(patient), staff_of(request), clock.instant()
    need = need_of(patient, batch)
    context: dict[str, object] = {
        "need": need,
        "may_book": may(staff, "booking.book"),
        "today": today(patient.clinic),
    }
    refused = problem
    elsewhere = visits_in_rooms(patient, since=now)
    context["elsewhere"] = elsewhere
    context["written"] = written_by_link(patient, since=now - WRITTEN_FOR)
    feed = open_feeds(patient=patient).first()
    context["feed"], context["feed_opens"] = feed, feed is not None and opens(feed)
    if need is None:
        refused = refused or NO_PLAN
        context["unplanned"] = unplanned = without_plan(batch).get(patient.pk, ())
        context["standing"] = standing_rows(unplanned, patient, given=0)
    else:
        context["held"] = held = why_not_now(batch)
        context["standing"] = standing_rows(need.ahead, patient, given=len(need.account.given))
        context["rescue"] = rescue_slots(batch).get(patient.pk)
        context["rescuing"] = RescueForm(auto_id="id_rescue_%s")
        note = medicines_note(patient)
        context["medicines_words"] = note.medicines if note else ""
        context["veins"] = VeinsForm(initial={"veins": veins_words(patient)})
        context["medicines"] = MedicinesForm(initial={"medicines": context["medicines_words"]})
        try:
            week = week_of(patient.clinic)
        except BookingRefused as error:
            context["no_week"] = str(error)
        else:
            form = AskedSeriesForm(request.GET, need=need, week=week)
            context["form"] = form
            context["other"] = other or OtherVisitForm(rooms=week.rooms)
            context["freed"] = _freed(patient) if may(staff, "booking.book") else ()
            if (
                need.missing
                and not held
                and may(staff, "booking.book")
                and (not form.is_bound or form.is_valid())
            ):
                asked = form.asked(ZoneInfo(patient.clinic.zone))
                options = propose_options(
                    patient=patient,
                    asked=asked,
                    comes_anyway=[row.starts_on for row in elsewhere if row.chair],
                    by=staff,
                    at=now,
                )
                context["columns"] = option_columns(options, asked.count)
    context["problem"] = refused
    context["may_rebook"] = context["may_book"] and not context.get("held")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return patient_page(
        request, "booking/page.html", patient, context, batch=batch, next_step=True, status=status
    )
