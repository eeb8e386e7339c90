"""One page for the ambulance crew."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.infusion.presenters.chart import chart_shown
from tenuto.clinic.infusion.presenters.readying import order_shown
from tenuto.clinic.infusion.services import account_of, session_today
from tenuto.clinic.pathway.api import patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

__all__ = ["page"]


@require_safe
@shows_patient("page for an ambulance crew")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What was given, when it was stopped, the last vital signs; allergies stand in the banner."""
    now = clock.instant()
    session = session_today(patient, now)
    if session is None:
        raise Http404("No session of today is open.")
    account = account_of(session, now)
    context = {
        "chart": chart_shown(account, patient.clinic),
        "order": order_shown(account.order),
        "made_at": now,
    }
    return patient_page(request, "infusion/crew.html", patient, context)
