"""What pages say when the chain or its anchors are not as they should be."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.anchor import ChainBroken
from tenuto.clinic.ui.views import failure

__all__ = ["SayWhenBroken", "anchor_problem", "say_broken"]

logger = logging.getLogger(__name__)


class SayWhenBroken:
    """Middleware: a broken chain is answered with what is broken, and nothing is written or shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for `ChainBroken`; everything else is somebody else's."""
        return say_broken(request, exception) if isinstance(exception, ChainBroken) else None


def say_broken(request: HttpRequest, broken: ChainBroken) -> HttpResponse:
    """The answer. Middleware gives it itself: what it raises becomes an answer before another middleware hears of it."""
    logger.critical("%s", broken)
    return failure(request, heading="The audit chain is broken", text=str(broken), status=503)


def anchor_problem(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """`anchor_problem`: what is wrong with an anchor; empty when all is well."""
    return {"anchor_problem": anchor.problem}
