"""What a script of the session page asks and sends: the key of what it saves, and each entry until it is told that it arrived."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.lock import in_background
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.forms.entry import EntryForm
from tenuto.clinic.infusion.forms.recovering import LookForm
from tenuto.clinic.infusion.forms.saved import SavedForm
from tenuto.clinic.infusion.models import ChartEntry, Session
from tenuto.clinic.infusion.presenters.chart import words_of
from tenuto.clinic.infusion.services import ChartConflict, SessionRefused, chart, chart_look, saving_keys
from tenuto.clinic.infusion.views.device import charted_here
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.infusion.entry_json import content_from_json

__all__ = ["by_script", "keep_saved", "keep_saved_look", "key"]

NOT_THEIRS = "This was saved by somebody else on this device. Whoever charted it signs in here and sends it."


def by_script(request: HttpRequest) -> bool:
    """Whether a script of ours asks, which hears what became of an entry instead of a page."""
    return request.headers.get("Accept") == "application/json"


@in_background
@require_safe
@shows_patient("key for charting without a network", verb="infusion.chart")
def key(request: HttpRequest, patient: Patient, session_id: UUID) -> HttpResponse:
    """The key of who is signed in for this session, until when the device may hold it, and the server's clock."""
    now, staff = clock.instant(), staff_of(request)
    session = get_object_or_404(Session, patient=patient, pk=session_id)
    try:
        keys = saving_keys(session=session, by=staff, at=now)
    except SessionRefused as refused:
        return JsonResponse({"problem": str(refused)}, status=HTTPStatus.GONE)
    return JsonResponse(
        {
            "staff": str(staff.pk),
            "now": now.isoformat(),
            "seconds": request.session.get_expiry_age(),
            "token": get_token(request),
            "keys": [{"name": each.name, "secret": each.secret} for each in keys],
        }
    )


def keep_saved(request: HttpRequest, patient: Patient, form: EntryForm) -> HttpResponse:
    """Keep an entry that a device saved, once; a repeat is answered as the first time."""

    def keep(session: Session, sent: SavedForm) -> list[ChartEntry]:
        got = form.cleaned_data
        row = chart(
            session=session,
            client_id=str(got["client_id"]),
            what=form.content(),
            happened_at=form.told_at(),
            amends=got.get("amends", ""),
            why=got.get("why", ""),
            saved=sent.saved_first(),
            by=staff_of(request),
            at=clock.instant(),
        )
        return [row]

    return _kept(request, patient, form, keep)


def keep_saved_look(request: HttpRequest, patient: Patient, form: LookForm) -> HttpResponse:
    """Keep what was looked at in a recovery and saved on a device, each row of it once."""

    def keep(session: Session, sent: SavedForm) -> list[ChartEntry]:
        rows = chart_look(
            session=session,
            client_id=str(form.cleaned_data["client_id"]),
            values=form.values(),
            happened_at=form.told_at(),
            saved=sent.saved_first(),
            by=staff_of(request),
            at=clock.instant(),
        )
        return list(rows)

    return _kept(request, patient, form, keep)


def _kept(
    request: HttpRequest,
    patient: Patient,
    form: Form,
    keep: Callable[[Session, SavedForm], list[ChartEntry]],
) -> HttpResponse:
    sent = SavedForm(request.POST)
    if not sent.is_valid() or not form.is_valid():
        return _problem(*_sentences(sent), *_sentences(form))
    if sent.cleaned_data["saved_by"] != str(staff_of(request).pk):
        return _problem(NOT_THEIRS, status=HTTPStatus.CONFLICT)
    session = Session.objects.filter(patient=patient, pk=sent.cleaned_data["session"]).first()
    if session is None:
        return _problem("This session is not on record for this patient.")
    try:
        rows = keep(session, sent)
    except ChartConflict as conflict:
        return JsonResponse(
            {"problems": [str(conflict)], "kept": _said(conflict.kept)}, status=HTTPStatus.CONFLICT
        )
    except SessionRefused as refused:
        return _problem(str(refused))
    charted_here(request, session)
    return JsonResponse({"entries": [_said(row) for row in rows]})


def _said(row: ChartEntry) -> dict[str, object]:
    """What stands on the chart."""
    return {
        "client_id": row.client_id,
        "number": row.event_number,
        "happened_at": row.happened_at.isoformat(),
        "words": words_of(content_from_json(row.kind, row.content)),
        "who": row.recorded_by_name,
    }


def _sentences(form: Form) -> list[str]:
    return [
        f"{form[name].label}: {sentence}" if name in form.fields else str(sentence)
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]


def _problem(*sentences: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> JsonResponse:
    return JsonResponse({"problems": list(sentences)}, status=status)
