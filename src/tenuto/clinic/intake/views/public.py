"""The public form of a clinic. Nobody is signed in; it takes a name and a contact, and repeats nothing afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.accounts import clock, throttle
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.intake.forms.enquiries import PublicEnquiryForm
from tenuto.clinic.intake.models import Enquiry
from tenuto.clinic.intake.services import record_enquiry
from tenuto.clinic.intake.services.enquiries import Enquiring
from tenuto.clinic.intake.views.frame import UNPROCESSABLE
from tenuto.clinic.ledger import origin
from tenuto.clinic.ledger.actors import Someone

__all__ = ["enquire", "thanks"]

AN_HOUR = timedelta(hours=1)
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
    if _too_many(clinic):
        text = "Too many enquiries came from this connection. Wait an hour, or call the clinic."
        return render(
            request, "intake/public/problem.html", {"clinic": clinic, "text": text}, status=TOO_MANY
        )
    got = form.cleaned_data
    asked = Enquiring(Enquiry.Channel.WEB, got["name"], got["contact"], True, message=got["message"])
    by = Someone("enquiry", clinic.pk, "somebody on the public form", clinic.zone)
    record_enquiry(clinic=clinic, asked=asked, by=by, at=clock.instant())
    return redirect("enquire-thanks", clinic.pk)


@login_not_required
@require_safe
def thanks(request: HttpRequest, clinic_id: UUID) -> HttpResponse:
    """That it arrived, what happens now, and whom to call in an emergency."""
    return render(request, "intake/public/thanks.html", {"clinic": get_object_or_404(Clinic, pk=clinic_id)})


def _too_many(clinic: Clinic) -> bool:
    """Count this enquiry of an address. A practice that refers more writes a letter or calls."""
    name = f"enquiry {clinic.pk} from {origin.current()}"
    return throttle.too_many(name, most=settings.ENQUIRIES_AN_HOUR, within=AN_HOUR)
