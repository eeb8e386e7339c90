"""The theme switch, the gallery of components and the pages for what went wrong."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.ui import samples
from tenuto.clinic.ui.addresses import inside
from tenuto.clinic.ui.context import COOKIE, THEMES, shell

A_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in this browser and go back to the page."""
    wanted = request.POST.get("theme", "")
    if wanted not in THEMES:
        return HttpResponseBadRequest(f"'{wanted[:20]}' is not a theme. Use {' or '.join(THEMES)}.")
    response = redirect(inside(request, request.POST.get("next", "")))
    response.set_cookie(COOKIE, wanted, A_YEAR, samesite="Lax", httponly=True, secure=settings.PRODUCTION)
    return response


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with ordinary, long, empty and failing content; the theme switch shows the other theme."""
    return render(request, "ui/gallery.html", samples.everything())


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It stands at the root, so that it may answer for every page."""
    addresses = {"sign_out": reverse(settings.SIGN_OUT_URL), "static_files": settings.STATIC_URL}
    return render(request, "ui/worker.js", addresses, content_type="text/javascript")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a browser shows while the clinic can't be reached. It knows nobody."""
    return render(request, "ui/offline.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = (
        "This address leads nowhere, or to a record of another clinic. Check the link or start from the list."
    )
    return render(request, "ui/problem.html", {"heading": "Not found", "text": text}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    text = "The page was open too long, or was sent from elsewhere. Go back, reload it and try again; nothing was saved."
    return render(request, "ui/problem.html", {"heading": "Not accepted", "text": text}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    if _disk_is_full():
        text = (
            "The disk of the server is full: nothing can be saved, and nobody can sign in. Nothing was half-saved. Whoever runs "
            "the server makes room; until then `tenuto emergency NAME` shows a patient's chart there."
        )
        return failure(request, heading="The disk is full", text=text, status=HTTPStatus.SERVICE_UNAVAILABLE)
    text = "Tenuto could not answer. Nothing was half-saved. Look whether your entry is there before you make it again; if this happens again, tell whoever runs this server what you did."
    return failure(request, heading="Something went wrong here", text=text, status=500)


def _disk_is_full() -> bool:
    """Whether the error that is being answered says so: SQLite in its words, PostgreSQL by its code for a full disk."""
    error = sys.exc_info()[1]
    if not isinstance(error, DatabaseError):
        return False
    return "disk is full" in str(error) or getattr(error.__cause__, "sqlstate", "") == "53100"


def failure(request: HttpRequest, *, heading: str, text: str, status: int) -> HttpResponse:
    """Without the page's frame: it asks the database who is signed in, and that may be what failed."""
    words = {"heading": heading, "text": text, **shell(request)}
    return HttpResponse(render_to_string("ui/failure.html", words), status=status)
