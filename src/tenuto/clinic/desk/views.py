"""The first page after sign-in."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenuto.clinic.desk import presenters
from tenuto.clinic.desk.services import worklist
from tenuto.clinic.people.models import Staff
from tenuto.clinic.ui.words import long_day

__all__ = ["patients", "patients_page"]


@require_safe
def patients(request: HttpRequest) -> HttpResponse:
    """Every patient of the clinic: gate, why now, next step."""
    return patients_page(request)


def patients_page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The list with the form above it; `problem` says why the file that was sent could not be used."""
    staff = cast(Staff, request.user)
    today = timezone.localdate()
    board = presenters.board(
        worklist(staff.clinic, today=today), gate=request.GET.get("gate", ""), today=today
    )
    context = {"board": board, "problem": problem, "today": long_day(today), "here": "patients"}
    return render(request, "desk/patients.html", context, status=status)
