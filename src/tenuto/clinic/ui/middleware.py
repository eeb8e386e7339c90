"""What every answer carries besides the security policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict

from tenuto.clinic.ui.views import failure
from tenuto.core.sentences import without_unseen

AView = TypeVar("AView", bound=Callable[..., HttpResponse])
NUL = "\0"
SECRETS = ("password", "oldpassword", "password1", "password2")
"""Taken as they are: they are shown nowhere."""


def never_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep pages about people out of every cache, the browser's own included: tablets are shared (hazard H33)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        return response

    return middleware


def takes_file(view: AView) -> AView:
    """Leave what is sent unread until the view asks for it, as files of megabytes are."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


class ReadableText:
    """Middleware: what a form sends is text that everybody reads alike. Files may have any content.

    NUL is refused, in an address too: PostgreSQL keeps none. Other characters that nobody sees are taken out, since a name
    with one could turn round the dose that stands beside it, or look like another's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer instead of the view, or let it find the text readable. A file is read by its view, in its time."""
        asked = [request.path_info, *_texts(request.GET)]
        sent = [] if getattr(view, "takes_file", False) else [*_texts(request.POST)]
        if not any(NUL in text for text in (*asked, *sent)):
            if any(without_unseen(text) != text for text in sent):
                request.POST = _readable(request.POST)  # type: ignore[assignment]
            return None
        return failure(
            request,
            heading="This can't be read",
            text="What was sent holds a character that no keyboard types. Nothing was saved. Type it again.",
            status=HTTPStatus.BAD_REQUEST,
        )


def _texts(data: QueryDict) -> Iterable[str]:
    return [text for name, values in data.lists() for text in (name, *map(str, values))]


def _readable(data: QueryDict) -> QueryDict:
    read = data.copy()
    for name, values in data.lists():
        if name not in SECRETS:
            read.setlist(name, [without_unseen(str(value)) for value in values])
    read._mutable = False
    return read
