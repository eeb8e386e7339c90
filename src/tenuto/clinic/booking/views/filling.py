"""Chairs that came free: to whom each is offered, and the offer behind a patient's link."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.services import BookingRefused
from tenuto.clinic.booking.services.filling import (
    OFFER_PURPOSE,
    FreedPlace,
    answer_offer,
    candidates,
    freed_place,
    freed_places,
    offer_place,
    open_offer,
)
from tenuto.clinic.links.api import OpenedLink, by_link
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from

__all__ = ["answered", "freed", "freed_one", "give", "offered"]


@require_safe
@requires("booking.book")
def freed(request: HttpRequest) -> HttpResponse:
    """The places that came free, the next first."""
    staff, now = staff_of(request), clock.instant()
    places: tuple[FreedPlace, ...] = ()
    problem = ""
    try:
        places = freed_places(staff.clinic, at=now)
    except BookingRefused as refused:
        problem = str(refused)
    hidden = hidden_from(staff)
    named = {(p.offer or p.freed).patient_id for p in places if p.offer or not p.too_late}
    record_list("free places", named - hidden, by=staff, at=now)
    context = {"here": "week", "places": places, "problem": problem, "hidden": hidden}
    return render(request, "booking/freed.html", context)


@require_safe
@requires("booking.book")
def freed_one(request: HttpRequest, freed_id: UUID) -> HttpResponse:
    """One place, and who could have it."""
    return _one(request, freed_id)


@require_POST
@requires("booking.book")
def give(request: HttpRequest, freed_id: UUID) -> HttpResponse:
    """Offer it to one patient; the link is shown in the answer, once."""
    staff, now = staff_of(request), clock.instant()
    patient = get_object_or_404(staff.clinic.patients, pk=_uuid(request.POST.get("patient", "")))
    try:
        offer, token = offer_place(freed=freed_id, patient=patient, by=staff, at=now)
    except BookingRefused as refused:
        messages.warning(request, str(refused), extra_tags="Not offered")
        return redirect("bookings:freed-one", freed_id)
    address = request.build_absolute_uri(reverse("links:door", args=[token]))
    return render(
        request, "booking/offer_made.html", {"here": "week", "offer": offer, "address": address}, status=201
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("There is no such patient.") from None


def _one(request: HttpRequest, freed_id: UUID) -> HttpResponse:
    staff, now = staff_of(request), clock.instant()
    try:
        place = freed_place(staff.clinic, freed_id, at=now)
    except BookingRefused:
        place = None
    if place is None:
        messages.warning(request, "The place is taken by now, or over.", extra_tags="Not free")
        return redirect("bookings:freed")
    found = candidates(place, staff.clinic, by=staff, at=now)
    record_list("who could have a free place", (each.patient.pk for each in found), by=staff, at=now)
    return render(request, "booking/freed_one.html", {"here": "week", "place": place, "candidates": found})


@require_safe
@by_link(OFFER_PURPOSE)
def offered(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """The place that is offered, until when, and the two answers."""
    return _offered(request, visit)


@require_http_methods(["POST"])
@by_link(OFFER_PURPOSE)
def answered(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Taken, which books it, or declined."""
    now = clock.instant()
    offer = open_offer(visit, at=now)
    accepts = request.POST.get("answer") == "yes"
    if offer is None or request.POST.get("answer") not in ("yes", "no"):
        return _offered(request, visit)
    try:
        booked = answer_offer(offer=offer.pk, accepts=accepts, by=visit.visitor, at=now)
    except BookingRefused as refused:
        return _offered(request, visit, problem=str(refused))
    context = {"clinic": visit.patient.clinic, "booked": booked, "declined": not accepts}
    return render(request, "booking/offered.html", context)


def _offered(request: HttpRequest, visit: OpenedLink, *, problem: str = "") -> HttpResponse:
    offer, clinic = open_offer(visit, at=clock.instant()), visit.patient.clinic
    context: dict[str, object] = {"clinic": clinic, "offer": offer, "problem": problem}
    if offer is not None:
        context |= {"start": local(clinic, offer.starts_at), "until": local(clinic, offer.expires_at)}
    return render(request, "booking/offered.html", context, status=422 if problem else 200)
