"""What a patient sees who came by a link to answer scales: one after the other, nothing about anyone else."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.links.api import OpenedLink, by_link, visit_of
from tenuto.clinic.scales.forms.scales import OwnAnswers
from tenuto.clinic.scales.services import AlreadyAnswered, answer_by_link
from tenuto.clinic.scales.services.asking import PURPOSE, left, request_of
from tenuto.clinic.scales.services.recording import Recorded
from tenuto.clinic.scales.views.frame import UNPROCESSABLE
from tenuto.core.scales.reading import instrument

__all__ = ["answer", "asked", "heard", "thanks"]


@require_safe
@by_link(PURPOSE)
def asked(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """What is asked, what is done already, and how long it takes."""
    wanted = request_of(visit)
    waiting = left(wanted)
    context = {
        "visit": visit,
        "clinic": visit.patient.clinic,
        "scales": [(instrument(name), name not in waiting) for name in wanted.instruments],
        "following": waiting[0] if waiting else "",
        "begun": len(waiting) < len(wanted.instruments),
        "questions": sum(len(instrument(name).items) for name in waiting),
    }
    return render(request, "scales/public/asked.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@by_link(PURPOSE)
def answer(request: HttpRequest, visit: OpenedLink, instrument_id: str) -> HttpResponse:
    """The questions of one scale. What was answered once leads on."""
    wanted = request_of(visit)
    if instrument_id not in wanted.instruments:
        raise Http404("This was not asked.")
    if instrument_id not in left(wanted):
        return redirect("answers")
    scale = instrument(instrument_id)
    form = OwnAnswers(request.POST if request.method == "POST" else None, scale=scale)
    if form.is_valid():
        return _keep(visit, form)
    context = {
        "form": form,
        "scale": scale,
        "clinic": visit.patient.clinic,
        "place": wanted.instruments.index(instrument_id) + 1,
        "total": len(wanted.instruments),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "scales/public/questions.html", context, status=status)


def _keep(visit: OpenedLink, form: OwnAnswers) -> HttpResponse:
    try:
        recorded = answer_by_link(
            visit=visit, instrument_id=form.scale.id, answers=form.answers(), at=timezone.now()
        )
    except AlreadyAnswered:
        return redirect("answers")
    clinic = visit.patient.clinic_id
    if _is_alarming(recorded):
        return redirect("answers-heard", clinic)
    waiting = left(request_of(visit))
    return redirect("answer", waiting[0]) if waiting else redirect("answers-thanks", clinic)


def _is_alarming(recorded: Recorded) -> bool:
    return any(task.kind.startswith("suicide") for task in recorded.tasks)


@login_not_required
@require_safe
def heard(request: HttpRequest, clinic_id: UUID) -> HttpResponse:
    """After an answer about death or self-harm: who knows now, and whom to call. It knows nobody by itself."""
    visit = visit_of(request, PURPOSE)
    more = bool(visit and left(request_of(visit)))
    context = {"clinic": get_object_or_404(Clinic, pk=clinic_id), "more": more}
    return render(request, "scales/public/heard.html", context)


@login_not_required
@require_safe
def thanks(request: HttpRequest, clinic_id: UUID) -> HttpResponse:
    """Everything is answered; the page can be closed."""
    return render(request, "scales/public/answered.html", {"clinic": get_object_or_404(Clinic, pk=clinic_id)})
