"""After some quiet minutes the session locks. It asks for the password again on the same page; nothing typed is lost,
and what is running stays in sight (hazards H33 and H35).

The server decides: it answers no request of a locked session but the unlocking. A form that arrives locked is carried
through the unlocking and sent again. Scripts show the lock over the page in time, so that this is the rare case.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock, throttle
from tenuto.clinic.accounts.api import home_of
from tenuto.clinic.accounts.pace import counted_unlock, one_try_at_a_time, slow_down
from tenuto.clinic.accounts.reauthenticate import forget_second_factors
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.anchor import ChainBroken
from tenuto.clinic.ledger.pages import say_broken
from tenuto.clinic.ledger.services import record_access
from tenuto.clinic.ui.addresses import inside

__all__ = ["SEEN", "here", "in_background", "lock", "lock_when_quiet", "unlock"]

SEEN, LOCKED = "seen_at", "locked"
OPEN_TO_THE_LOCKED = frozenset({"accounts:unlock", "accounts:lock", "accounts:sign-out", "ui:theme"})
BACKGROUND = "Tenuto-Background"
"""Requests with this header come from the page's own clock and do not count as someone being there."""
View = TypeVar("View", bound=Callable[..., Any])
ONE_AT_A_TIME = "Another try of this browser is still being looked at. Try again in a moment."
WRONG = "The password does not match. Try again, or sign out."


def in_background(view: View) -> View:
    """Mark a view that pages ask on their own, such as a stream of changes: asking it is no sign of someone being there."""
    view.in_background = True  # type: ignore[attr-defined]
    return view


def lock_when_quiet(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that locks a session in which nothing happened for LOCK_AFTER_SECONDS."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        now, seen = time.time(), request.session.get(SEEN)
        # Also where the moment lies ahead: the clock was put back, and nobody knows how long it was quiet.
        quiet = abs(now - float(seen)) if seen is not None else 0.0
        if quiet > settings.LOCK_AFTER_SECONDS:
            try:
                _lock(request)
            except ChainBroken as broken:
                return say_broken(request, broken)
        if request.session.get(LOCKED) and _view_name(request) not in OPEN_TO_THE_LOCKED:
            return _ask(request)
        # Once in a while is enough: not every page needs to write the session.
        stale = seen is None or quiet > settings.LOCK_AFTER_SECONDS / 20
        if stale and not request.session.get(LOCKED) and not _asked_by_the_page(request):
            request.session[SEEN] = now
        return get_response(request)

    return middleware


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock now: the page's clock ran out, or someone leaves the tablet."""
    _lock(request)
    return HttpResponse(status=204)


@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """Someone is typing: the middleware has noted it."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Ask for the password, then go on where it stopped; a script gets 204 or 403 and keeps its page."""
    staff = staff_of(request)
    if request.method != "POST":
        return _ask(request, then=request.GET.get("next", "/"))
    session = str(request.session.session_key)
    with one_try_at_a_time(session) as alone:
        if not alone:
            return _refuse(request, ONE_AT_A_TIME)
        if not check_password(request.POST.get("password", ""), staff.password):
            record_access(action="failed unlock", subject=staff, by=staff, at=clock.instant())
            slow_down(session)
            return _refuse(request, WRONG)
    throttle.succeeded(counted_unlock(session))
    request.session.pop(LOCKED, None)
    request.session[SEEN] = time.time()
    record_access(action="unlocked", subject=staff, by=staff, at=clock.instant())
    return _go_on(request)


def _asked_by_the_page(request: HttpRequest) -> bool:
    if BACKGROUND in request.headers:
        return True
    try:
        return getattr(resolve(request.path_info).func, "in_background", False)
    except Resolver404:
        return False


def _view_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _lock(request: HttpRequest) -> None:
    if not request.session.get(LOCKED):
        request.session[LOCKED] = True
        forget_second_factors(request)
        staff = staff_of(request)
        record_access(action="locked", subject=staff, by=staff, at=clock.instant())


def _ask(request: HttpRequest, *, then: str = "", error: str = "") -> HttpResponse:
    """The page that asks for the password. It carries the form that was on its way."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=403)
    context = {
        "next": then or request.get_full_path(),
        "kept": _kept(request.POST) if request.method == "POST" and not then else [],
        "resend": request.method == "POST" and not then,
        "error": error,
    }
    return render(request, "accounts/unlock.html", context, status=403 if error else 200)


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(sentence, status=403, content_type="text/plain")
    context = {
        "next": request.POST.get("next", "/"),
        "kept": _resent(request),
        "resend": "resend" in request.POST,
        "error": sentence,
    }
    return render(request, "accounts/unlock.html", context, status=403)


def _go_on(request: HttpRequest) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    then = inside(request, request.POST.get("next", ""), otherwise=home_of(staff_of(request)))
    if "resend" in request.POST:
        return render(request, "accounts/resend.html", {"next": then, "kept": _resent(request)})
    return redirect(then)


def _kept(posted: QueryDict) -> list[tuple[str, str]]:
    """The fields of a form, each value once, without the token that it came with."""
    fields = [(name, value) for name, values in posted.lists() for value in values]
    return [(name, str(value)) for name, value in fields if name != "csrfmiddlewaretoken"]


def _resent(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name.removeprefix("kept-"), value) for name, value in _kept(request.POST) if name.startswith("kept-")
    ]
