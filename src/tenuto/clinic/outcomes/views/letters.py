"""Letters to others who treat the patient: read, signed, kept, and put on paper."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.reauthenticate import Reauthentication, signed_by
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.outcomes.documents.letter import letter_pdf
from tenuto.clinic.outcomes.forms.letter import READER_WORDS, LetterForm
from tenuto.clinic.outcomes.models import Letter
from tenuto.clinic.outcomes.services.letters import LetterRefused, draft_letter, sign_letter
from tenuto.clinic.pathway.api import Batch, facts_of, patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.outcomes.letter import LetterReader

__all__ = ["page", "pdf", "sign"]

TREATS = "care.treating_clinician"


@require_safe
@shows_patient("letters")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What was written, and what a letter would say now."""
    return _page(request, patient, _reader(request.GET.get("to", "")))


@require_POST
@shows_patient("letter", verb="outcomes.letter")
@rests_on("outcomes.Letter", typed=LetterForm, page="outcomes:letters")
def sign(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Sign the letter that was shown."""
    form = LetterForm(request.POST)
    reader = _reader(request.POST.get("reader", ""))
    if not form.is_valid() or reader is None:
        return _page(request, patient, reader, form)
    known = reader

    def keep(signature: Reauthentication) -> Letter:
        got = form.cleaned_data
        return sign_letter(
            patient=patient, reader=known, addressee=got["addressee"], seen=request.POST.get("content", ""), signature=signature,
            at=clock.instant(),
        )  # fmt: skip

    try:
        done = signed_by(request, keep)
    except LetterRefused as refused:
        form.add_error(None, str(refused))
        return _page(request, patient, reader, form)
    if isinstance(done, HttpResponse):
        return done
    messages.success(
        request, "The letter is signed. Print it or send the file yourself.", extra_tags="Signed"
    )
    return redirect("outcomes:letters", patient.pk)


@require_safe
@shows_patient("letter", verb="patient.print")
def pdf(request: HttpRequest, patient: Patient, letter_id: UUID) -> HttpResponse:
    """A signed letter on paper."""
    row = Letter.objects.filter(patient=patient, pk=letter_id).select_related("signed_by").first()
    if row is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="letter-{row.recorded_on.isoformat()}.pdf"'}
    return HttpResponse(letter_pdf(row), content_type="application/pdf", headers=headers)


def _reader(text: str) -> LetterReader | None:
    return next((each for each in LetterReader if each.value == text), None)


def _page(
    request: HttpRequest, patient: Patient, reader: LetterReader | None, form: LetterForm | None = None
) -> HttpResponse:
    batch, draft, problem = Batch.of(patient), None, ""
    if reader is not None:
        try:
            draft = draft_letter(patient, batch, reader=reader)
        except LetterRefused as refused:
            problem = str(refused)
    if form is None and draft is not None and reader is not None:
        named = facts_of(patient, batch).answer(TREATS)
        to = str(named.value)[:300] if named is not None and reader is LetterReader.PSYCHIATRIST else ""
        form = LetterForm(initial={"reader": reader.value, "addressee": to})
    context = {
        "readers": [(each.value, words) for each, words in READER_WORDS.items()],
        "reader": reader,
        "reader_words": READER_WORDS.get(reader, "") if reader else "",
        "draft": draft,
        "problem": problem,
        "form": form,
        "letters": Letter.objects.filter(patient=patient).order_by(*NEWEST_FIRST),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.is_bound else HTTPStatus.OK
    return patient_page(request, "outcomes/letters.html", patient, context, batch=batch, status=status)
