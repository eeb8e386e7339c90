"""What stands before a view: who may, and the event of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may, refusal
from tenuto.clinic.accounts.guards import NotForRole
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import not_confirmed_page
from tenuto.clinic.accounts.roles import CONFIRMED_FIRST
from tenuto.clinic.accounts.signers import NotConfirmed, check_confirmed
from tenuto.clinic.ledger.services import record_access

__all__ = ["SayWhenRefused", "View", "refuse", "requires"]

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
            # A page that is looked at shows who may; what is done waits for the second person.
            if verb in CONFIRMED_FIRST and request.method == "POST":
                try:
                    check_confirmed(staff)
                except NotConfirmed as first:
                    return not_confirmed_page(request, str(first))
            return view(request, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def refuse(request: HttpRequest, staff: Staff, verb: str) -> HttpResponse:
    """The page for someone who may not, and its event."""
    record_access(
        action="refused",
        subject=staff,
        by=staff,
        at=clock.instant(),
        detail={"verb": verb, "path": request.path},
    )
    context = {"heading": "Not for your role", "text": refusal(staff, verb)}
    return render(request, "ui/problem.html", context, status=HTTPStatus.FORBIDDEN)


class SayWhenRefused:
    """Middleware: what a verb refuses, and no view before it did, is the same page as a refusal at the door, on record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a refusal of ours to somebody who is signed in; a file that can't be opened is somebody else's."""
        ours = isinstance(exception, PermissionError) and exception.errno is None
        staff = getattr(request, "user", None)
        if not ours or not isinstance(staff, Staff):
            return None
        if isinstance(exception, NotForRole):
            return refuse(request, staff, exception.verb)
        detail = {"verb": "not done", "path": request.path}
        record_access(action="refused", subject=staff, by=staff, at=clock.instant(), detail=detail)
        context = {"heading": "Not done", "text": str(exception)}
        return render(request, "ui/problem.html", context, status=HTTPStatus.FORBIDDEN)
