"""Addresses that only take what is posted: whoever reloads one or follows a link to it is on the page that it belongs to."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts.decorators import View

__all__ = ["posted"]


def posted(view: View) -> View:
    """A view that takes a POST; a look at its address leads to the page above it, as that stands now."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def taken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.method == "POST" else redirect("../")

    return taken
