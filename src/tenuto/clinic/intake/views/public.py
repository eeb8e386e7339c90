"""The public form of a clinic. Nobody is signed in; it takes a name and a contact, and repeats nothing afterwards."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.intake.forms.enquiries import PublicEnquiryForm
from tenuto.clinic.intake.models import Enquiry
from tenuto.clinic.intake.services import record_enquiry
from tenuto.clinic.intake.services.enquiries import Asked
from tenuto.clinic.intake.views.frame import UNPROCESSABLE
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.people.models import Clinic

__all__ = ["enquire", "thanks"]

MOST_AN_HOUR = 5
"""Enquiries from one address in an hour. A practice that refers more writes a letter or calls."""
AN_HOUR = 60 * 60
TOO_MANY = 429


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enquire(request: HttpRequest, clinic_id: UUID) -> HttpResponse:
    """The form, and taking it in. The thank-you page has an address of its own that says nothing."""
    clinic = get_object_or_404(Clinic, pk=clinic_id)
    form = PublicEnquiryForm(request.POST or None)
    if request.method != "POST":
        return render(request, "intake/public/enquire.html", {"form": form, "clinic": clinic})
    if form.is_robot:
        return redirect("enquire-thanks", clinic.pk)
    if not form.is_valid():
        return render(
            request, "intake/public/enquire.html", {"form": form, "clinic": clinic}, status=UNPROCESSABLE
        )
    if _too_many(request, clinic):
        text = "Too many enquiries came from this connection. Wait an hour, or call the clinic."
        return render(
            request, "intake/public/problem.html", {"clinic": clinic, "text": text}, status=TOO_MANY
        )
    got = form.cleaned_data
    asked = Asked(Enquiry.Channel.WEB, got["name"], got["contact"], True, message=got["message"])
    by = Someone("enquiry", clinic.pk, "somebody on the public form")
    record_enquiry(clinic=clinic, asked=asked, by=by, at=timezone.now())
    return redirect("enquire-thanks", clinic.pk)


@login_not_required
@require_safe
def thanks(request: HttpRequest, clinic_id: UUID) -> HttpResponse:
    """That it arrived, what happens now, and whom to call in an emergency."""
    return render(request, "intake/public/thanks.html", {"clinic": get_object_or_404(Clinic, pk=clinic_id)})


def _too_many(request: HttpRequest, clinic: Clinic) -> bool:
    """Count this enquiry of an address; the address itself is not kept."""
    origin = f"{clinic.pk}|{request.META.get('REMOTE_ADDR', '')}"
    key = f"enquiry-{hashlib.sha256(origin.encode()).hexdigest()}"
    cache.add(key, 0, AN_HOUR)
    return int(cache.incr(key)) > MOST_AN_HOUR
