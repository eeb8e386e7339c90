"""What a patient finds behind the link of a visit: how to prepare by the clock, some questions, and asking for a change."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.booking.forms.own import ChangeForm, CheckInForm
from tenuto.clinic.booking.models import Appointment, ChangeRequest, CheckIn
from tenuto.clinic.booking.presenters.own import preparation_page
from tenuto.clinic.booking.services.preparing import (
    PURPOSE,
    answer_check_in,
    appointment_of,
    ask_for_change,
    medicines_note,
    questions_open,
)
from tenuto.clinic.booking.services.standing import BookingRefused
from tenuto.clinic.ledger.facts import newest
from tenuto.clinic.links.api import OpenedLink, by_link
from tenuto.clinic.ports.api import on_call

__all__ = ["change", "check_in", "preparation"]


@require_safe
@by_link(PURPOSE)
def preparation(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """What to do by when; the questions from the day before on."""
    return _page(request, visit)


@require_POST
@by_link(PURPOSE)
def check_in(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Keep the answers; what calls for a call is a task before the page is shown."""
    row, now = appointment_of(visit), clock.instant()
    form = CheckInForm(request.POST, asks_mood=_asks_mood(visit, now))
    if row is None or not form.is_valid():
        return _page(request, visit, asking=form)
    got = {key: value for key, value in form.cleaned_data.items() if key != "has_escort"}
    # Answered meanwhile, or too early: the page says how it stands.
    with suppress(BookingRefused):
        answer_check_in(appointment=row, **got, by=visit.visitor, at=now)
    return redirect("bookings:preparation")


@require_POST
@by_link(PURPOSE)
def change(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Ask for another time. The visit stands until the clinic moves it."""
    row, form = appointment_of(visit), ChangeForm(request.POST)
    if row is None or not form.is_valid():
        return _page(request, visit, changing=form)
    words, now = form.cleaned_data["words"], clock.instant()
    try:
        ask_for_change(appointment=row, words=words, by=visit.visitor, at=now)
    except BookingRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, visit, changing=form)
    return redirect("bookings:preparation")


def _asks_mood(visit: OpenedLink, now: datetime) -> bool:
    """Only while somebody could answer an alarming word at once (hazard H18)."""
    return bool(on_call(visit.patient.clinic_id, at=now))


def _page(
    request: HttpRequest,
    visit: OpenedLink,
    *,
    asking: CheckInForm | None = None,
    changing: ChangeForm | None = None,
) -> HttpResponse:
    row, now = appointment_of(visit), clock.instant()
    context: dict[str, object] = {"clinic": visit.patient.clinic, "visit": visit}
    if row is not None:
        note = medicines_note(visit.patient)
        answered = newest(CheckIn.objects.filter(appointment=row))
        context |= {
            "page": preparation_page(
                row, medicines=note.medicines if note else "", answered=answered, now=now
            ),
            "asking": asking or (None if answered else _questions(row, visit, now)),
            "changing": changing or ChangeForm(auto_id="id_change_%s"),
            "asked_change": newest(ChangeRequest.objects.filter(appointment=row)),
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asking or changing else HTTPStatus.OK
    return render(request, "booking/preparation.html", context, status=status)


def _questions(row: Appointment, visit: OpenedLink, now: datetime) -> CheckInForm | None:
    return CheckInForm(asks_mood=_asks_mood(visit, now)) if questions_open(row, at=now) else None
