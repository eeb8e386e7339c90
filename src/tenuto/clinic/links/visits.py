"""The visit of a patient who came in by a link: for one purpose, for a while, without a sign-in.

A later room says what a purpose opens: `register(PURPOSE, "the questions that the clinic asks", "answers")` in its
`AppConfig.ready`, and puts `@by_link(PURPOSE)` on the views, which are then given `visit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import on_the_clock_of
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.links.models import Link
from tenuto.clinic.links.services import OpenedLink, is_taken_back

__all__ = ["LASTS", "LinkPurpose", "begin", "by_link", "purpose_of", "register", "visit_of"]

LASTS = timedelta(hours=2)
SESSION_KEY = "visits"


@dataclass(frozen=True, slots=True)
class LinkPurpose:
    """What a link is for: how the door names it, and the page behind."""

    words: str
    url_name: str


_purposes: dict[str, LinkPurpose] = {}


def register(purpose: str, words: str, url_name: str) -> None:
    """Say what a purpose opens."""
    _purposes[purpose] = LinkPurpose(words, url_name)


def purpose_of(name: str) -> LinkPurpose | None:
    """What a purpose opens; None when no room has registered it."""
    return _purposes.get(name)


def begin(request: HttpRequest, opened: OpenedLink) -> str:
    """Remember the visit in this browser, and return the address of the page behind the door."""
    until = min(clock.now(opened.patient.clinic) + LASTS, opened.expires_at)
    # Whoever knew this browser's session before the door opened does not come in with it.
    request.session.cycle_key()
    visits = dict(request.session.get(SESSION_KEY, {}))
    visits[opened.purpose] = {"link": str(opened.link_id), "until": until.isoformat()}
    request.session[SESSION_KEY] = visits
    purpose = purpose_of(opened.purpose)
    return reverse(purpose.url_name) if purpose else reverse("links:inside")


def visit_of(request: HttpRequest, purpose: str) -> OpenedLink | None:
    """The visit of this browser for a purpose; None when there is none, it is over, or the link was taken back."""
    kept = request.session.get(SESSION_KEY, {}).get(purpose)
    if kept is None:
        return None
    link = Link.objects.select_related("patient__clinic", "revocation").filter(pk=kept["link"]).first()
    if link is None or is_taken_back(link):
        return None
    if datetime.fromisoformat(kept["until"]) <= clock.now(link.patient.clinic):
        return None
    return OpenedLink(link.pk, link.patient, link.purpose, link.expires_at)


def refuse(request: HttpRequest) -> HttpResponse:
    """The page for whoever has no visit."""
    return render(request, "links/over.html", status=403)


def by_link(purpose: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let only a visitor in who came by a link for `purpose`; the view is given `visit`, and the look is recorded."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        # Compressed for slow networks. These pages say nothing back that came with the request, and Django pads what it
        # compresses and masks the token of the form anew each time, so that their length tells no secret (BREACH).
        @login_not_required
        @gzip_page
        @wraps(view)
        def visited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            visit = visit_of(request, purpose)
            if visit is None:
                return refuse(request)
            with on_the_clock_of(visit.patient.clinic):
                answer = view(request, *args, visit=visit, **kwargs)
                if not 300 <= answer.status_code < 400 and answer.status_code != HTTPStatus.NO_CONTENT:
                    what = f"{purpose} by link"
                    record_read(subject=visit.patient, by=visit.visitor, at=clock.instant(), what=what)
            return answer

        return visited

    return decorate
