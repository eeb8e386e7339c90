"""Calendar feeds: giving an address and taking it back, and what a calendar finds under it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.models import CalendarFeed
from tenuto.clinic.booking.services import BookingRefused, week_of
from tenuto.clinic.booking.services.feeds import (
    end_feed,
    feed_file,
    feed_of,
    give_feed,
    give_staff_feed,
    open_feeds,
)
from tenuto.clinic.booking.services.preparing import PURPOSE
from tenuto.clinic.links.api import OpenedLink, by_link
from tenuto.clinic.pathway.api import patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.fields import offer

__all__ = ["end", "feed", "give", "own", "own_end", "own_given", "patients_own"]


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar finds: sessions and nothing else. One that was taken back is as one that never was.

    Nobody is made to wait: 256 random bits are not guessed, and a calendar service asks for many people from one address, also
    for long what was taken back.
    """
    found = feed_of(token)
    if found is None:
        raise Http404("There is no such calendar.")
    with clock.on_the_clock_of(found.clinic):
        content = feed_file(found, at=clock.instant())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _address(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("bookings:feed", args=[token]))


@require_POST
@shows_patient("calendar address", verb="link.issue")
def give(request: HttpRequest, patient: Patient) -> HttpResponse:
    """A new address of the patient's visits, shown once; one that was given before opens no more."""
    try:
        given = give_feed(patient=patient, by=staff_of(request), at=clock.instant())
    except BookingRefused as refused:
        messages.error(request, str(refused), extra_tags="Not given")
        return redirect("booking:page", patient.pk)
    context = {"address": _address(request, given.token)}
    return patient_page(request, "booking/feed_given.html", patient, context, status=201)


@require_POST
@shows_patient("end of a calendar address", verb="link.issue")
def end(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Take the patient's address back."""
    for each in open_feeds(patient=patient):
        end_feed(feed=each.pk, by=staff_of(request), at=clock.instant())
    messages.success(request, "The calendar address opens no more.", extra_tags="Taken back")
    return redirect("booking:page", patient.pk)


@require_POST
@by_link(PURPOSE)
def patients_own(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """The patient asks for the address, by link."""
    context: dict[str, object] = {"clinic": visit.patient.clinic, "visit": visit}
    try:
        given = give_feed(patient=visit.patient, by=visit.visitor, at=clock.instant())
    except BookingRefused as refused:
        return render(
            request,
            "booking/feed_own.html",
            context | {"refused": str(refused)},
            status=HTTPStatus.TOO_MANY_REQUESTS,
        )
    context["address"] = _address(request, given.token)
    return render(request, "booking/feed_own.html", context, status=HTTPStatus.CREATED)


class FeedForm(forms.Form):
    """Whose visits a calendar of the staff shows."""

    nurse = forms.ChoiceField(label="Whose visits", required=False)

    def __init__(self, data: object = None, *, nurses: tuple[str, ...]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        offer(self, "nurse", [("", "All visits"), *((name, name) for name in nurses)])


@require_safe
@requires("patient.search")
def own(request: HttpRequest) -> HttpResponse:
    """One's own calendar: whether an address is open, and asking for one."""
    return _own(request)


@require_POST
@requires("patient.search")
def own_given(request: HttpRequest) -> HttpResponse:
    """A new address, shown once."""
    staff = staff_of(request)
    form = FeedForm(request.POST, nurses=_nurses(request))
    if not form.is_valid():
        return _own(request, form=form)
    try:
        given = give_staff_feed(nurse=form.cleaned_data["nurse"], by=staff, at=clock.instant())
    except BookingRefused as refused:
        form.add_error(None, str(refused))
        return _own(request, form=form)
    return _own(request, address=_address(request, given.token))


@require_POST
@requires("patient.search")
def own_end(request: HttpRequest, feed_id: UUID) -> HttpResponse:
    """Take one's own address back."""
    staff = staff_of(request)
    if not CalendarFeed.objects.filter(pk=feed_id, staff=staff).exists():
        raise Http404("There is no such calendar.")
    end_feed(feed=feed_id, by=staff, at=clock.instant())
    messages.success(request, "The calendar address opens no more.", extra_tags="Taken back")
    return redirect("bookings:feeds")


def _nurses(request: HttpRequest) -> tuple[str, ...]:
    try:
        return tuple(week_of(staff_of(request).clinic).shifts)
    except BookingRefused:
        return ()


def _own(request: HttpRequest, *, form: FeedForm | None = None, address: str = "") -> HttpResponse:
    feed = open_feeds(staff=staff_of(request)).first()
    context = {
        "here": "week",
        "form": form or FeedForm(nurses=_nurses(request)),
        "feed": feed,
        "address": address,
    }
    status = 422 if form is not None else 201 if address else 200
    return render(request, "booking/feeds.html", context, status=status)
