"""What stands before a page about a patient: whose patient it is, and the event that says someone looked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.decorators import View, requires
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.services import record_access, record_read
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import Sight, sight_of

__all__ = ["shows_patient"]


def shows_patient(
    what: str, *, verb: str = "patient.view", past_restriction: str = ""
) -> Callable[[View], View]:
    """Give the view `patient`, found by `patient_id` in the clinic of who is signed in, and record that they looked.

    `what` names the page in the audit, such as "plan page". An answer that shows nothing of the patient (a redirect)
    is no look. Who may do `past_restriction` is not held up by a restriction. A view may set `request.audit_detail` to say what of it. Another clinic's patient is a 404, like one that does not exist.
    """

    def decorate(view: View) -> View:
        @requires(verb)
        @wraps(view)
        def shown(request: HttpRequest, patient_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            staff, now = staff_of(request), clock.instant()
            own = staff.clinic.patients.prefetch_related("identifiers")
            patient = get_object_or_404(own, pk=patient_id)
            unhindered = bool(past_restriction) and may(staff, past_restriction)
            sight = Sight(allowed=True) if unhindered else sight_of(patient, staff=staff, at=now)
            if not sight.allowed:
                return _behind_glass(request, staff, patient)
            if sight.glass and request.method not in ("GET", "HEAD"):
                return _only_to_read(request)
            request.patient, request.glass = patient, sight.glass  # type: ignore[attr-defined]
            answer = view(request, *args, patient=patient, **kwargs)
            if not 300 <= answer.status_code < 400 and answer.status_code != HTTPStatus.NO_CONTENT:
                detail = dict(getattr(request, "audit_detail", {}))
                if sight.glass:
                    detail["glass"] = str(sight.glass.pk)
                record_read(subject=patient, by=staff, at=now, what=what, detail=detail)
            return answer

        shown.shows_patient = what  # type: ignore[attr-defined]
        return shown

    return decorate


def _behind_glass(request: HttpRequest, staff: Staff, patient: Patient) -> HttpResponse:
    """A restricted record, to someone who is not on its care team."""
    if may(staff, "patient.break_glass"):
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse(settings.BREAK_GLASS_URL, args=[patient.pk])}?{query}")
    now, detail = clock.instant(), {"verb": "restricted", "path": request.path}
    record_access(action="refused", subject=patient, by=staff, at=now, detail=detail)
    text = "This record is open to its care team only. Ask the medical director to put you on it."
    return render(
        request,
        "ui/problem.html",
        {"heading": "Restricted record", "text": text},
        status=HTTPStatus.FORBIDDEN,
    )


def _only_to_read(request: HttpRequest) -> HttpResponse:
    text = "You opened this record in an emergency, which lets you read and not write. Nothing was saved."
    return render(
        request, "ui/problem.html", {"heading": "Only to read", "text": text}, status=HTTPStatus.FORBIDDEN
    )
