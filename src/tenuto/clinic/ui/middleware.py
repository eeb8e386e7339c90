"""What every answer carries besides the security policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from tenuto.clinic.ui.views import failure

NUL = "\0"


def never_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep pages about people out of every cache, the browser's own included: tablets are shared (hazard H33)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        return response

    return middleware


class RefuseNul:
    """Middleware: NUL in an address or a form is no text, and PostgreSQL keeps none. Files may have any content."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer instead of the view; forms are read here only when they are no files, which views read in their time."""
        texts = [request.path_info, *_texts(request.GET)]
        if request.content_type == "application/x-www-form-urlencoded":
            texts += _texts(request.POST)
        if not any(NUL in text for text in texts):
            return None
        return failure(
            request,
            heading="This can't be read",
            text="What was sent holds a character that no keyboard types. Nothing was saved. Type it again.",
            status=HTTPStatus.BAD_REQUEST,
        )


def _texts(data: QueryDict) -> Iterable[str]:
    return [text for name, values in data.lists() for text in (name, *map(str, values))]
