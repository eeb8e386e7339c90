"""Where in the chain of changes a page was made, so that what happens while it travels to the browser is not missed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenuto.clinic.live.tail import newest_number

__all__ = ["note_position", "position"]


def note_position(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that notes the newest event before the page is made. For browsers' pages only: one small query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        by_browser = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if by_browser and request.user.is_authenticated:
            request.position = newest_number()  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def position(request: HttpRequest) -> dict[str, int | None]:
    """`position`: what a page that listens for changes starts from; None when it can't listen."""
    return {"position": getattr(request, "position", None)}
