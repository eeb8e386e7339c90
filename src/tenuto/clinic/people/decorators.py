"""What stands before a view: who may, whose patient it is, and the event that says someone looked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from tenuto.clinic.ledger.services import record_access, record_read
from tenuto.clinic.people.api import may, refusal
from tenuto.clinic.people.models import Staff

__all__ = ["requires", "shows_patient"]

View = Callable[..., HttpResponse]


def requires(verb: str) -> Callable[[View], View]:
    """Let only those in who may do `verb`; others get a page that says whom to ask, and the refusal is recorded."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            staff = request.user
            if not may(staff, verb):
                return refuse(request, staff, verb)
            return view(request, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def shows_patient(what: str, *, verb: str = "patient.view") -> Callable[[View], View]:
    """Give the view `patient`, found by `patient_id` in the clinic of who is signed in, and record that they looked.

    `what` names the page in the audit, such as "plan page". An answer that shows nothing of the patient (a redirect)
    is no look. Another clinic's patient is a 404, like one that does not exist.
    """

    def decorate(view: View) -> View:
        @requires(verb)
        @wraps(view)
        def shown(request: HttpRequest, patient_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            staff = cast(Staff, request.user)
            patient = get_object_or_404(staff.clinic.patients.prefetch_related("identifiers"), pk=patient_id)
            request.patient = patient  # type: ignore[attr-defined]
            answer = view(request, *args, patient=patient, **kwargs)
            if not 300 <= answer.status_code < 400 and answer.status_code != HTTPStatus.NO_CONTENT:
                record_read(
                    subject=patient, by=staff, at=timezone.now(), what=what, detail={"method": request.method}
                )
            return answer

        shown.shows_patient = what  # type: ignore[attr-defined]
        return shown

    return decorate


def refuse(request: HttpRequest, staff: Staff, verb: str) -> HttpResponse:
    """The page for someone who may not, and its event."""
    record_access(
        action="refused",
        subject=staff,
        by=staff,
        at=timezone.now(),
        detail={"verb": verb, "path": request.path},
    )
    context = {"heading": "Not for your role", "text": refusal(staff, verb)}
    return render(request, "ui/problem.html", context, status=HTTPStatus.FORBIDDEN)
