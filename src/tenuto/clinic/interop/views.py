"""Taking in files of other systems. A file is read whole or not at all; nothing is half-saved."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.desk.api import patients_page
from tenuto.clinic.intake.api import Received, open_missing_task, policy_of, receive, whose
from tenuto.clinic.interop import aside
from tenuto.clinic.interop.fhir import UnusableBundle
from tenuto.clinic.interop.fhir.loading import MAX_BYTES
from tenuto.clinic.interop.read_back import read_back, speaks_against
from tenuto.clinic.interop.waiting import Waiting, discard, keep_waiting, waiting
from tenuto.clinic.people.comparing import answer, side_by_side
from tenuto.clinic.people.services import IdentityConflict, IdentityDoubt
from tenuto.clinic.ui.middleware import takes_file
from tenuto.core.dates import say_birthday

UNPROCESSABLE = 422
ANOTHER = "Another file was read since the page that you answered was opened; this is what it says. Nothing was kept or discarded."
NOTHING_WAITS = "The file that was read does not wait any more. Choose it again."


@takes_file
@require_POST
@requires("patient.register")
def receive_bundle(request: HttpRequest) -> HttpResponse:
    """Read the record of one person from a FHIR bundle and show what was read, or say on the form what is wrong.

    Nothing is written yet.
    """
    try:
        _read(request)
    except UnusableBundle as problem:
        return patients_page(request, problem=str(problem), status=UNPROCESSABLE)
    return redirect("interop:look")


@require_safe
@requires("patient.register")
def look(request: HttpRequest) -> HttpResponse:
    """What was read of the record that waits, what was not and why, before it is kept."""
    found = waiting(request.session)
    if found is None:
        return redirect("desk:patients")
    return _show(request, found, conflict=_conflict(request, found))


def _conflict(request: HttpRequest, found: Waiting) -> IdentityConflict | None:
    """Why it can't be told whose record it is; None where it can."""
    try:
        whose(found.facts.person, source=found.source, by=staff_of(request))
    except IdentityConflict as conflict:
        return conflict
    return None


def _show_another(request: HttpRequest, found: Waiting) -> HttpResponse:
    conflict = _conflict(request, found)
    return _show(request, found, conflict=conflict, another=ANOTHER, status=HTTPStatus.CONFLICT)


def _is_shown(request: HttpRequest, found: Waiting) -> bool:
    """Whether the page that was answered showed this file, and not one that was read before it in another tab (hazard H1)."""
    return request.POST.get("file") == found.source.sha256


def _show(
    request: HttpRequest,
    found: Waiting,
    *,
    conflict: IdentityConflict | None = None,
    another: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    person, clinic = found.facts.person, staff_of(request).clinic
    doubt = conflict if isinstance(conflict, IdentityDoubt) else None
    context = {
        "compared": side_by_side(str(doubt), person, doubt.candidates) if doubt else None,
        "stopped": "" if doubt else str(conflict or ""),
        "another": another,
        "waiting": found,
        "report": found.report,
        "read": read_back(found.facts),
        "against": speaks_against(
            found.facts, policy=policy_of(clinic), as_of=clock.today(clinic), zone=ZoneInfo(clinic.zone)
        ),
        "person": person,
        "born": say_birthday(person.birth_date, person.birth_sent)
        if person.birth_date
        else "date of birth not recorded",
        "here": "patients",
    }
    return render(request, "interop/look.html", context, status=status)


@require_POST
@requires("patient.register")
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the record that waits and show the plan, or say on the form what is wrong."""
    staff, found = staff_of(request), waiting(request.session)
    if found is None:
        return patients_page(request, problem=NOTHING_WAITS, status=UNPROCESSABLE)
    if not _is_shown(request, found):
        return _show_another(request, found)
    try:
        received = receive(
            facts=found.facts, source=found.source, by=staff, at=clock.instant(), compared=answer(request)
        )
    except IdentityConflict as conflict:
        return _show(request, found, conflict=conflict, status=UNPROCESSABLE)
    # Whoever was already at risk when they came is not left to the next run of the rule.
    open_missing_task(received.patient, at=clock.instant())
    discard(request.session)
    _tell(request, received)
    return redirect("plan:page", received.patient.pk)


@require_POST
@requires("patient.register")
def discard_read(request: HttpRequest) -> HttpResponse:
    """Forget the record that waits, when it is the one on the page."""
    found = waiting(request.session)
    if found is not None and not _is_shown(request, found):
        return _show_another(request, found)
    discard(request.session)
    messages.info(request, "The file was discarded; nothing was kept of it.", extra_tags="Discarded")
    return redirect("desk:patients")


def _read(request: HttpRequest) -> None:
    file = request.FILES.get("bundle")
    if file is None:
        raise UnusableBundle("No file was sent. Choose a FHIR bundle and send it again.")
    name = file.name or "the file"
    if (file.size or 0) > MAX_BYTES:
        raise UnusableBundle(
            f"{name} is {(file.size or 0) // 1_000_000} MB; at most {MAX_BYTES // 1_048_576} MiB are read. "
            "Export one patient's bundle, without images and documents."
        )
    data = file.read()
    clinic = staff_of(request).clinic
    words = aside.read(
        data,
        name=name,
        as_of=clock.today(clinic),
        zone=ZoneInfo(clinic.zone),
        within=settings.READING_SECONDS,
    )
    keep_waiting(request.session, words, name=name, sha256=hashlib.sha256(data).hexdigest())


def _tell(request: HttpRequest, received: Received) -> None:
    name = received.patient.name
    if received.already_here:
        messages.info(
            request, f"This file is already on record for {name}; nothing was added.", extra_tags="Known"
        )
    elif received.new_patient:
        messages.success(request, f"{name} was added.", extra_tags="Added")
    else:
        messages.success(
            request, f"A new record was added for {name}, who was already here.", extra_tags="Added"
        )
