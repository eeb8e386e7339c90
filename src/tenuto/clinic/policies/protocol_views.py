"""The templates of courses: a list, and one with every number opened to its source."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.policies import protocol_presenters
from tenuto.core.literature.protocol import protocols

__all__ = ["protocol_page", "protocols_page"]


@require_safe
@requires("policy.view")
def protocols_page(request: HttpRequest) -> HttpResponse:
    """All templates by what they are for."""
    groups = protocol_presenters.protocol_list()
    return render(request, "policies/protocols.html", {"groups": groups, "here": "protocols"})


@require_safe
@requires("policy.view")
def protocol_page(request: HttpRequest, protocol_id: str) -> HttpResponse:
    """One template."""
    found = protocols().get(protocol_id)
    if found is None:
        raise Http404
    page = protocol_presenters.protocol_page(found)
    return render(request, "policies/protocol.html", {"page": page, "here": "protocols"})
