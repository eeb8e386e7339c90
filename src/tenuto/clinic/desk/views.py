"""The list of patients, the worklist and the board of today."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import ROOT, home_of, may
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.desk import presenters
from tenuto.clinic.desk.services import MINE, WorkFilter, patients_of, work_of
from tenuto.clinic.desk.today import MOST_REASONS, today_board
from tenuto.clinic.pathway.api import contributions
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.ui.words import long_day

__all__ = ["first", "patients", "patients_page", "today", "worklist"]

LONGEST_SEARCH = 100


def first(request: HttpRequest) -> HttpResponse:
    """The bare address: the list of patients, and for whoever may not see it the first page of their role."""
    staff = request.user
    if isinstance(staff, Staff) and not may(staff, "patient.search") and (home := home_of(staff)) != ROOT:
        return redirect(home)
    return patients(request)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("patient.search")
def patients(request: HttpRequest) -> HttpResponse:
    """Every patient of the clinic: gate, why now, next step. A search is posted, so that no address holds a name."""
    return patients_page(request, search=request.POST.get("search", ""))


def patients_page(
    request: HttpRequest, *, search: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    """The list with the form above it; `problem` says why the file that was sent could not be used."""
    staff = staff_of(request)
    now = clock.now(staff.clinic)
    today = now.date()
    gate, words = request.GET.get("gate", ""), search[:LONGEST_SEARCH].strip()
    found = patients_of(staff, mark=gate, search=words, page=_page(request), today=today)
    what = "search for patients" if words else "list of patients"
    _record_look(staff, what, (row.patient_id for row in found.rows), found.hidden)
    context = {
        "board": presenters.board(found, gate=gate, staff=staff, today=today, now=now),
        "problem": problem,
        "search": words,
        "today": long_day(today),
        "ways_in": [template for each in contributions() for template in each.ways_in],
        "here": "patients",
    }
    return render(request, "desk/patients.html", context, status=status)


@require_safe
@requires("patient.search")
def worklist(request: HttpRequest) -> HttpResponse:
    """What waits for whom, over all stages."""
    staff = staff_of(request)
    now = clock.now(staff.clinic)
    today = now.date()
    asked = WorkFilter(
        owner=request.GET.get("owner", MINE),
        stage=request.GET.get("stage", ""),
        mark=request.GET.get("mark", ""),
        page=_page(request),
    )
    work = work_of(staff, asked, now=now, today=today)
    _record_look(staff, "worklist", (row.patient_id for row in work.rows), work.hidden)
    context = {
        "list": presenters.worklist(work, asked, staff=staff, now=now),
        "today": long_day(today),
        "here": "worklist",
    }
    return render(request, "desk/worklist.html", context)


@require_safe
@requires("patient.search")
def today(request: HttpRequest) -> HttpResponse:
    """Chairs and hours of today: who is where, what is due and how late."""
    staff, now = staff_of(request), clock.instant()
    board = today_board(staff, now)
    record_list("board of today", (each.pk for each in board.seen), by=staff, at=now)
    context = {
        "board": board,
        "today": long_day(clock.today(staff.clinic)),
        "here": "today",
        "most": MOST_REASONS,
    }
    return render(request, "desk/today.html", context)


def _record_look(staff: Staff, what: str, shown: Iterable[UUID | None], hidden: frozenset[UUID]) -> None:
    seen = (patient for patient in shown if patient is not None and patient not in hidden)
    record_list(what, seen, by=staff, at=clock.instant())


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isdecimal() and len(text) < 7 else 1
