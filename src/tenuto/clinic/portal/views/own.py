"""What a patient adds on their own page: goals and words, and who may see their dates; and that person's page."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.course import api as course
from tenuto.clinic.links.api import OpenedLink, by_link
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.portal.models import PatientGoal
from tenuto.clinic.portal.services.own_words import WordsRefused, goals_of, write_words
from tenuto.clinic.portal.services.support import (
    SUPPORT,
    SupportRefused,
    agree,
    agreed_for,
    may_see,
    take_back,
)
from tenuto.clinic.scales import api as scales
from tenuto.core.course.next_step import NextStep
from tenuto.core.outcomes.due import AskingPlace

__all__ = ["mine", "support", "support_agree", "support_take_back", "words"]


@require_safe
@by_link(scales.PURPOSE)
def mine(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Goals, words about the last infusion, and who may see the dates."""
    return _mine(request, visit)


@require_POST
@by_link(scales.PURPOSE)
def words(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Keep what was written."""
    _at_home(visit)
    try:
        write_words(
            visit=visit,
            kind=request.POST.get("kind", ""),
            words=request.POST.get("words", ""),
            at=clock.instant(),
        )
    except WordsRefused as refused:
        return _mine(request, visit, problem=str(refused))
    return redirect("portal:mine")


@require_POST
@by_link(scales.PURPOSE)
def support_agree(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """Let somebody see the dates; their address is shown in the answer, once."""
    _at_home(visit)
    try:
        token = agree(visit=visit, name=request.POST.get("name", ""), at=clock.instant())
    except SupportRefused as refused:
        return _mine(request, visit, problem=str(refused))
    address = request.build_absolute_uri(reverse("links:door", args=[token]))
    return _mine(request, visit, address=address)


@require_POST
@by_link(scales.PURPOSE)
def support_take_back(request: HttpRequest, visit: OpenedLink, link_id: UUID) -> HttpResponse:
    """Take it back."""
    _at_home(visit)
    take_back(visit=visit, link=link_id, at=clock.instant())
    return redirect("portal:mine")


@require_safe
@by_link(SUPPORT)
def support(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """What a person who helps sees: the next date and whom to call. No score, no dose, no reason of anything."""
    if may_see(visit) is None:
        return render(request, "links/over.html", status=HTTPStatus.FORBIDDEN)
    own = course.next_steps(Batch.of(visit.patient)).get(visit.patient.pk)
    context = {"visit": visit, "clinic": visit.patient.clinic, "when": _when(own)}
    return render(request, "portal/today/support.html", context)


def _when(own: NextStep | None) -> str:
    """The line with the next date of the patient's own card, where it has one."""
    lines = own.patient if own is not None else ()
    return next((line for line in lines if line.startswith(("Next:", "Your series"))), "")


def _at_home(visit: OpenedLink) -> None:
    """On the clinic's tablet nobody writes or agrees to anything."""
    if scales.request_of(visit).place == AskingPlace.CHAIR:
        raise Http404


def _mine(request: HttpRequest, visit: OpenedLink, *, problem: str = "", address: str = "") -> HttpResponse:
    _at_home(visit)
    context = {
        "visit": visit,
        "clinic": visit.patient.clinic,
        "goals": goals_of(visit),
        "kinds": PatientGoal.Kind.choices,
        "support": agreed_for(visit.patient),
        "problem": problem,
        "address": address,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "portal/today/mine.html", context, status=status)
