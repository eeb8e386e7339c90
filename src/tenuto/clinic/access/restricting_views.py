"""Who may see one record: restricting it to its care team, and who is on the team. To a medical director who is not on
the team, and may open the record again, it shows nothing clinical."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.access import restricting
from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import home_of
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.api import patient_page, rests_on
from tenuto.clinic.people import sight
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

PAGE = "access page"
DIRECTOR = "patient.restrict"
RECORD = "access:record"
FRAME, BARE = "pathway/frame.html", "access/bare.html"


@require_safe
@shows_patient(PAGE, past_restriction=DIRECTOR)
def access_page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Whether the record is restricted, why, since when; the care team with its changes."""
    return _page(request, patient)


@require_POST
@shows_patient(PAGE, verb=DIRECTOR, past_restriction=DIRECTOR)
@rests_on(
    "people.Restriction", "people.CareTeamChange",
    typed={"restricted": "Restricted", "why": "Why"}, page=RECORD, framed=False,
)  # fmt: skip
def restrict(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Restrict the record, or open it to all staff again."""
    restricted = request.POST.get("restricted", "") == "yes"
    why = request.POST.get("why", "")
    try:
        restricting.restrict(
            patient=patient,
            restricted=restricted,
            why=why,
            by=staff_of(request),
            at=clock.instant(),
        )
    except ValueError as problem:
        return _page(request, patient, problem=str(problem), why=why)
    words = "Only the care team sees this record now." if restricted else "All staff see this record again."
    messages.success(request, words, extra_tags="Saved")
    return redirect("access:record", patient.pk)


@require_POST
@shows_patient(PAGE, verb="patient.care_team", past_restriction=DIRECTOR)
@rests_on(
    "people.Restriction", "people.CareTeamChange",
    typed={"member": "On the team"}, page=RECORD, framed=False,
)  # fmt: skip
def care_team(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Put someone on the team, or take someone off."""
    by, number = staff_of(request), request.POST.get("staff", "")
    known = number.isdecimal() and len(number) < 19  # more digits than a key has are nobody's
    someone = get_object_or_404(by.clinic.staff, pk=int(number) if known else 0)
    member = request.POST.get("member", "") == "yes"
    try:
        restricting.change_care_team(patient=patient, staff=someone, member=member, by=by, at=clock.instant())
    except ValueError as problem:
        return _page(request, patient, team_problem=str(problem))
    words = f"{someone.name} is {'on' if member else 'off'} the care team."
    messages.success(request, words, extra_tags="Saved")
    # Who takes themselves off a restricted record can't see this page any more.
    seen = sight.sight_of(patient, staff=by, at=clock.instant()).allowed
    return redirect("access:record", patient.pk) if seen else redirect(home_of(by))


def _page(
    request: HttpRequest, patient: Patient, *, problem: str = "", team_problem: str = "", why: str = ""
) -> HttpResponse:
    team = sight.care_team(patient)
    staff = list(patient.clinic.staff.order_by("name"))
    context = {
        "patient": patient,
        "restricted": sight.is_restricted(patient),
        "restrictions": patient.restrictions.all(),
        "team": [one for one in staff if one.pk in team],
        "others": [one for one in staff if one.pk not in team and one.is_active and one.role != "auditor"],
        "changes": patient.care_team_changes.select_related("staff")[:50],
        "problem": problem,
        "team_problem": team_problem,
        "why": why,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem or team_problem else HTTPStatus.OK
    if sight.sight_of(patient, staff=staff_of(request), at=clock.instant()).allowed:
        return patient_page(
            request, "access/record.html", patient, {**context, "frame": FRAME}, status=status
        )
    return render(request, "access/record.html", {**context, "frame": BARE}, status=status)
