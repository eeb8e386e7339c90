"""Where a request came from, for the audit events that are written while it is answered."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

__all__ = ["LENGTH", "current", "note_origin"]

LENGTH = 100
_origin: ContextVar[str] = ContextVar("origin", default="")


def current() -> str:
    """The address that is being answered; empty outside a request, as in a command or the sweep."""
    return _origin.get()


def note_origin(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that keeps the address of the request for its audit events."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _origin.set(str(request.META.get("REMOTE_ADDR", ""))[:LENGTH])
        try:
            return get_response(request)
        finally:
            _origin.reset(token)

    return middleware
