"""The sheet with which a day is handed over to whoever is on call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.closing import treated_on
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.ports.api import on_call

__all__ = ["page"]


@require_safe
@requires("patient.view")
def page(request: HttpRequest) -> HttpResponse:
    """Everybody treated today, how they left, who has them, and what is open."""
    staff, now = staff_of(request), clock.instant()
    treated, hidden = treated_on(staff.clinic, now, hidden=hidden_from(staff))
    on = clock.day_of(staff.clinic, now)
    seen = (each.patient_id for each in treated)
    record_list("closing sheet", seen, by=staff, at=now, on=on.isoformat())
    names = ", ".join(each.name for each in on_call(staff.clinic_id, at=now))
    context = {"here": "worklist", "on": on, "treated": treated, "hidden": hidden, "on_call": names}
    return render(request, "infusion/closing.html", context)
