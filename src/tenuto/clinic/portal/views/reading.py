"""Pages to read. They name nobody and need no sign-in, so that their addresses can be handed to anyone."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenuto.clinic.portal import hundred_page
from tenuto.clinic.portal.forms import HundredForm
from tenuto.clinic.portal.hundred import Busy, answer
from tenuto.clinic.portal.presenters import leaflets as presenters
from tenuto.core.forecast.crowd import CrowdError
from tenuto.core.literature.leaflets import leaflet

__all__ = ["corrected", "how_long", "leaflet_list", "leaflet_page"]

UNPROCESSABLE, UNAVAILABLE = 422, 503


@login_not_required
@require_safe
def leaflet_list(request: HttpRequest) -> HttpResponse:
    """Every leaflet, in the order in which a patient meets them."""
    return render(request, "portal/leaflets.html", {"cards": presenters.leaflet_cards(), "here": "leaflets"})


@login_not_required
@require_safe
def leaflet_page(request: HttpRequest, leaflet_id: str) -> HttpResponse:
    """One leaflet, to read or to print."""
    try:
        found = leaflet(leaflet_id)
    except KeyError:
        raise Http404 from None
    context = {"leaflet": presenters.leaflet_view(found), "here": "leaflets"}
    return render(request, "portal/leaflet.html", context)


@login_not_required
@require_safe
def corrected(request: HttpRequest) -> HttpResponse:
    """What articles say, and what may be said instead."""
    context = {"corrections": presenters.corrections(), "here": "leaflets"}
    return render(request, "portal/corrected.html", context)


@login_not_required
@require_safe
def how_long(request: HttpRequest) -> HttpResponse:
    """Of 100 people like those in the studies: how many respond, and how many still do weeks later."""
    form = HundredForm(request.GET.dict())
    context = {"form": form, "here": "leaflets", "key": hundred_page.KEY}
    if not form.is_valid():
        return render(request, "portal/how_long.html", context, status=UNPROCESSABLE)
    try:
        context["page"] = hundred_page.view(answer(form.question))
    except CrowdError:
        context["silent"] = hundred_page.silent(form.question)
    except Busy:
        waiting = render(request, "portal/how_long.html", {**context, "busy": True}, status=UNAVAILABLE)
        waiting["Retry-After"] = "5"
        return waiting
    return render(request, "portal/how_long.html", context)
