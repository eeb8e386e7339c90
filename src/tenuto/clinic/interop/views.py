"""Taking in files of other systems. A file is read whole or not at all; nothing is half-saved."""

from __future__ import annotations

import hashlib
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.desk.api import patients_page
from tenuto.clinic.intake.api import Received, RecordSource, receive
from tenuto.clinic.interop.fhir import UnusableBundle, parse, read_bundle
from tenuto.clinic.interop.fhir.loading import MAX_BYTES
from tenuto.clinic.people.look_alikes import RESTRICTED, visible
from tenuto.clinic.people.services import IdentityConflict
from tenuto.clinic.ui.words import long_day

UNPROCESSABLE = 422


@require_POST
@requires("patient.register")
def receive_bundle(request: HttpRequest) -> HttpResponse:
    """Keep the record of one person from a FHIR bundle and show the plan, or say on the form what is wrong."""
    staff = cast(Staff, request.user)
    try:
        received = _receive(request.FILES.get("bundle"), by=staff)
    except (UnusableBundle, IdentityConflict) as problem:
        return patients_page(request, problem=str(problem), status=UNPROCESSABLE)
    _tell(request, received, staff)
    return redirect("plan:page", received.patient.pk)


def _receive(file: UploadedFile[bytes] | None, *, by: Staff) -> Received:
    if file is None:
        raise UnusableBundle("No file was sent. Choose a FHIR bundle and send it again.")
    name = file.name or "the file"
    if (file.size or 0) > MAX_BYTES:
        raise UnusableBundle(
            f"{name} is {(file.size or 0) // 1_000_000} MB; at most {MAX_BYTES // 1_048_576} MiB are read. "
            "Export one patient's bundle, without images and documents."
        )
    data = file.read()
    now = clock.now(by.clinic)
    reading = read_bundle(parse(data, name=name), as_of=now.date(), zone=ZoneInfo(by.clinic.zone))
    source = RecordSource(name, hashlib.sha256(data).hexdigest(), reading.ignored, died=reading.dead)
    return receive(facts=reading.facts, source=source, by=by, at=now)


def _tell(request: HttpRequest, received: Received, staff: Staff) -> None:
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
    seen = visible(received.similar, staff=staff)
    if len(seen) < len(received.similar):
        messages.warning(request, RESTRICTED, extra_tags="Look")
    for other in seen:
        born = f"born {long_day(other.birth_date)}" if other.birth_date else "date of birth not recorded"
        messages.warning(
            request,
            f"Another patient has a similar name: {other.name}, {born}. Check that they are two people.",
            extra_tags="Look",
        )
