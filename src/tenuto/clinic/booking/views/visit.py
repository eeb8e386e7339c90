"""One booked visit: moving it with what would stand against a place, ending it, and that the patient comes late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import day_of, local
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.forms.asking import LONGEST_SEARCH_DAYS
from tenuto.clinic.booking.forms.visit import EndVisitForm, LateForm, MoveForm, MoveOtherForm
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.needs import need_of
from tenuto.clinic.booking.presenters.visit import visit_page
from tenuto.clinic.booking.services import (
    AskedSeries,
    BookingRefused,
    EndKind,
    VisitPlace,
    end_appointment,
    free_places,
    move_appointment,
    place_problem,
    record_late,
    week_of,
    why_not_now,
)
from tenuto.clinic.booking.services.rooms import move_visit, room_problem
from tenuto.clinic.booking.services.standing import standing
from tenuto.clinic.booking.views.series import GROUNDS
from tenuto.clinic.pathway.api import Batch, patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import judges_risk
from tenuto.core.scheduling.clock import instant_of

__all__ = ["check", "end", "late", "move", "move_other", "page"]

VISIT = "booking:visit"


@require_safe
@shows_patient("booked visit")
def page(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """The visit, and where it could stand instead."""
    return _page(request, patient, _found(patient, appointment_id))


@require_safe
@shows_patient("check of a place", verb="booking.book")
def check(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """What stands against a place, in a sentence, while somebody looks for one; empty when nothing does."""
    row = _found(patient, appointment_id)
    place = _asked_place(request, row)
    problem = "Give a start, a chair and a nurse." if place is None else _problem(row, place)
    return HttpResponse(problem, content_type="text/plain; charset=utf-8")


@require_POST
@shows_patient("moving a visit", verb="booking.book")
@judges_risk(*GROUNDS, typed=MoveForm, page="booking:page")
def move(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """End it here and book it there, in one act."""
    row, form = _found(patient, appointment_id), MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, row, moving=form)
    (place, *_) = form.cleaned_data["visits"]
    try:
        moved = move_appointment(
            appointment=row.pk,
            start=place.start,
            chair=place.chair,
            nurse=place.nurse,
            asked=_asked(row, place.start),
            why=form.cleaned_data["why"],
            by=staff_of(request),
            at=clock.instant(),
        )
    except BookingRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, patient, row, moving=form)
    messages.success(request, f"The visit is on {moved.at_clinic} now.", extra_tags="Moved")
    return redirect("booking:page", patient.pk)


@require_POST
@shows_patient("moving a visit that is no infusion", verb="booking.book")
@rests_on(*GROUNDS, typed=MoveOtherForm, page="booking:page")
def move_other(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """The same for a visit in a room or by phone."""
    row = _found(patient, appointment_id)
    if row.kind in Appointment.IN_A_CHAIR:
        raise Http404("An infusion is moved to a chair.")
    form = MoveOtherForm(request.POST, rooms=_rooms(patient))
    if not form.is_valid():
        return _page(request, patient, row, moving=form)
    got = form.cleaned_data
    try:
        moved = move_visit(
            appointment=row.pk,
            start=instant_of(datetime.combine(got["on"], got["time"]), ZoneInfo(patient.clinic.zone)),
            room=got["room"],
            with_name=got["with_name"],
            why=got["why"],
            by=staff_of(request),
            at=clock.instant(),
        )
    except (BookingRefused, ValueError) as refused:
        form.add_error(None, str(refused))
        return _page(request, patient, row, moving=form)
    messages.success(request, f"The visit is on {moved.at_clinic} now.", extra_tags="Moved")
    return redirect("booking:page", patient.pk)


@require_POST
@shows_patient("ending a visit", verb="booking.book")
@rests_on(*GROUNDS, typed=EndVisitForm, page="booking:page")
def end(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """Cancelled or missed; what is left of a series leads to its repair."""
    row, form = _found(patient, appointment_id), EndVisitForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, row, ending=form)
    try:
        ended = end_appointment(
            appointment=row.pk,
            kind=EndKind(form.cleaned_data["kind"]),
            why=form.cleaned_data["why"],
            by=staff_of(request),
            at=clock.instant(),
        )
    except BookingRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, patient, row, ending=form)
    messages.success(request, f"{row.at_clinic}: {ended.get_kind_display().lower()}.", extra_tags="Saved")
    need = need_of(patient, Batch.of(patient))
    again = need is not None and need.missing > 0 and bool(need.ahead)
    return redirect("booking:repair" if again else "booking:page", patient.pk)


@require_POST
@shows_patient("late arrival", verb="booking.book")
def late(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """Record it, and say whether the visit still fits behind it."""
    row, form = _found(patient, appointment_id), LateForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, row, lateness=form)
    minutes = form.cleaned_data["minutes"]
    try:
        problem = record_late(appointment=row.pk, minutes=minutes, by=staff_of(request), at=clock.instant())
    except BookingRefused as refused:
        messages.warning(request, str(refused), extra_tags="Not saved")
        return redirect("booking:page", patient.pk)
    if problem:
        messages.warning(
            request, f"{minutes} min late, and it no longer fits: {problem}", extra_tags="Move it"
        )
    else:
        messages.success(request, f"{minutes} min late; the visit still fits.", extra_tags="Saved")
    return redirect(VISIT, patient.pk, row.pk)


def _found(patient: Patient, appointment: UUID) -> Appointment:
    try:
        row = standing(patient.clinic_id).get(pk=appointment, patient=patient)
    except Appointment.DoesNotExist:
        raise Http404("There is no such visit, or it has ended.") from None
    row.patient = patient
    return row


def _asked(row: Appointment, start: datetime) -> AskedSeries:
    """One visit on that day, as far from the patient's other infusions as the plan's least gap."""
    day = day_of(row.patient.clinic, start)
    need = need_of(row.patient, Batch.of(row.patient))
    least, most = (need.least_gap_days, need.most_gap_days) if need else (1, 1)
    span = timedelta(days=max(least, 1))
    # What lies a gap before and after belongs to the question, too.
    return AskedSeries(1, least, max(most, least), day - span, day + span)


def _rooms(patient: Patient) -> tuple[str, ...]:
    try:
        return week_of(patient.clinic).rooms
    except BookingRefused:
        return ()


def _problem(row: Appointment, place: VisitPlace) -> str:
    if row.kind not in Appointment.IN_A_CHAIR:
        return room_problem(
            appointment=row, start=place.start, room=place.chair, with_name=place.nurse, at=clock.instant()
        )
    try:
        return place_problem(appointment=row, place=place, asked=_asked(row, place.start), at=clock.instant())
    except BookingRefused as refused:
        return str(refused)


def _asked_place(request: HttpRequest, row: Appointment) -> VisitPlace | None:
    got, patient = request.GET, row.patient
    try:
        start = datetime.fromisoformat(got.get("start", ""))
        if start.tzinfo is None:
            start = instant_of(start, ZoneInfo(patient.clinic.zone))
        start = local(patient.clinic, start)
    except (ValueError, OverflowError):
        return None
    if not 1900 < start.year < 2200:
        return None
    chair, nurse = got.get("chair", "")[:80], got.get("nurse", "")[:80]
    # By phone there is no room, and nobody need be named.
    whole = bool(chair and nurse) or row.kind not in Appointment.IN_A_CHAIR
    return VisitPlace(start, chair, nurse) if whole else None


def _moving(row: Appointment, wanted: VisitPlace | None) -> MoveForm | MoveOtherForm:
    if row.kind in Appointment.IN_A_CHAIR:
        return MoveForm(auto_id="id_move_%s")
    at = local(row.patient.clinic, wanted.start if wanted else row.starts_at)
    room, with_name = (wanted.chair, wanted.nurse) if wanted else (row.chair, row.nurse)
    initial = {"on": day_of(row.patient.clinic, at), "time": at.time(), "room": room, "with_name": with_name}
    return MoveOtherForm(rooms=_rooms(row.patient), initial=initial)


def _day(request: HttpRequest, row: Appointment) -> date:
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return row.starts_on
    # Places are looked for in the months around the visit; sums of days fail at the ends of the calendar.
    return on if abs(on - row.starts_on) < timedelta(days=LONGEST_SEARCH_DAYS) else row.starts_on


def _page(
    request: HttpRequest,
    patient: Patient,
    row: Appointment,
    *,
    moving: MoveForm | MoveOtherForm | None = None,
    ending: EndVisitForm | None = None,
    lateness: LateForm | None = None,
) -> HttpResponse:
    now = clock.instant()
    wanted = _asked_place(request, row)
    on = day_of(patient.clinic, wanted.start) if wanted else _day(request, row)
    infusion = row.kind == Appointment.Kind.INFUSION
    try:
        places, refused = free_places(row, on=on, at=now) if infusion else (), ""
    except BookingRefused as error:
        places, refused = (), str(error)
    shown = visit_page(
        row, on=on, places=places, wanted=wanted, problem=_problem(row, wanted) if wanted else refused
    )
    begun = row.starts_at <= now
    context = {
        "visit": shown,
        "held": why_not_now(Batch.of(patient)) if infusion else "",
        "kind": "" if row.kind == Appointment.Kind.INFUSION else row.get_kind_display(),
        "moving": moving or _moving(row, wanted),
        "by_room": row.kind not in Appointment.IN_A_CHAIR,
        "ending": ending
        or EndVisitForm(initial={"kind": "missed" if begun else "cancelled"}, auto_id="id_end_%s"),
        "late": lateness or LateForm(auto_id="id_late_%s"),
    }
    failed = any(form is not None for form in (moving, ending, lateness))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    return patient_page(request, "booking/visit.html", patient, context, status=status)
