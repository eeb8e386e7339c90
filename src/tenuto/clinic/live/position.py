"""Where in the chain of changes a page was made, so that what happens while it travels to the browser is not missed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenuto.clinic.live.tail import newest_number

__all__ = ["note_position", "position"]


def note_position(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that notes the newest event before the page is made: one small query.

    Not only for who names `text/html`: a part of a page is fetched as anything, and a form in it must know what it showed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.accepts("text/html") and request.user.is_authenticated:
            request.position = newest_number()  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def position(request: HttpRequest) -> dict[str, int | None]:
    """`position`: what a page that listens for changes starts from; None when it can't listen."""
    return {"position": getattr(request, "position", None)}
