"""Asking a patient by link to answer scales: making the link, seeing what became of it, taking it back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.links import api as links
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.forms.scales import AskForm
from tenuto.clinic.scales.models import ScaleRequest
from tenuto.clinic.scales.presenters.asked import askable, qr_code, reaches, request_rows
from tenuto.clinic.scales.services import ask_by_link
from tenuto.clinic.scales.services.asking import SentRequest
from tenuto.clinic.scales.views.frame import UNPROCESSABLE, page
from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.burden import burden_warning
from tenuto.core.outcomes.due import AskingPlace

__all__ = ["ask", "take_back"]

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("links for scales", verb="link.issue")
def ask(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Choose the scales; the new link is shown in the answer, once, because nobody keeps it."""
    form = AskForm(request.POST or None, offered=askable(), chosen=request.GET.getlist("scale"))
    if request.method == "POST" and form.is_valid():
        asked = _ask(request, patient, form)
        if asked is not None:
            here = asked.request.place == AskingPlace.CHAIR
            return _hand_over(request, asked) if here else _made(request, patient, asked)
    rows = ScaleRequest.objects.filter(patient=patient).select_related("link").prefetch_related("forms")
    context = {
        "form": form,
        "rows": request_rows(rows.order_by(*NEWEST_FIRST)[:SHOWN], at=clock.instant()),
        "reaches": reaches(patient),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return page(request, "scales/ask.html", patient, context, status=status)


def _ask(request: HttpRequest, patient: Patient, form: AskForm) -> SentRequest | None:
    now = clock.instant()
    try:
        return ask_by_link(
            patient=patient,
            instruments=form.cleaned_data["instruments"],
            expires=now + timedelta(days=form.cleaned_data["days"]),
            place=AskingPlace(form.cleaned_data["place"]),
            by=staff_of(request),
            at=now,
        )
    except ValueError as problem:
        form.add_error("instruments", str(problem))
        return None


def _hand_over(request: HttpRequest, asked: SentRequest) -> HttpResponse:
    """From here on this tablet is the patient's: who handed it over is signed out of it first."""
    opened = links.open_in_person(link=asked.request.link_id, by=staff_of(request), at=clock.instant())
    logout(request)
    return redirect(links.begin(request, opened))


def _made(request: HttpRequest, patient: Patient, asked: SentRequest) -> HttpResponse:
    address = request.build_absolute_uri(reverse("links:door", args=[asked.token]))
    context = {
        "address": address,
        "picture": mark_safe(qr_code(address)),  # noqa: S308 - drawn here, from our own address
        "until": asked.request.link.expires_at,
        "titles": request_rows([asked.request], at=clock.instant())[0].titles,
        "reaches": reaches(patient),
        "burden": burden_warning(asked.request.instruments, battery()),
    }
    return page(request, "scales/link_made.html", patient, context, status=201)


@require_POST
@shows_patient("links for scales", verb="link.issue")
def take_back(request: HttpRequest, patient: Patient, link_id: UUID) -> HttpResponse:
    """A link that went to the wrong number, or is no longer wanted, opens no more."""
    if not ScaleRequest.objects.filter(patient=patient, link=link_id).exists():
        raise Http404("There is no such link.")
    links.revoke(link=link_id, why="Taken back by staff.", by=staff_of(request), at=clock.instant())
    messages.success(request, "The link opens no more.", extra_tags="Taken back")
    return redirect("scales:ask", patient.pk)
