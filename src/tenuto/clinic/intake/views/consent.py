"""The consent: read together, agreed statement by statement, signed with the second factor of who takes it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may, roles_that_may
from tenuto.clinic.accounts.reauthenticate import Reauthentication, signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.forms.consent import ConsentForm, WithdrawalForm
from tenuto.clinic.intake.models import ConsentSigned, ConsentWithdrawn
from tenuto.clinic.intake.services import sign_consent, withdraw_consent
from tenuto.clinic.intake.services.consents import ConsentRefused, photo_allowed, withdraw_photo
from tenuto.clinic.intake.state import current
from tenuto.clinic.intake.views.frame import UNPROCESSABLE, page
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.pathway.api import rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.consent_text import current_consent_text

__all__ = ["consent", "withdraw", "withdraw_photographs"]

TYPED = {"patient_typed": "Name, as the patient typed it"}


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("consent", verb="intake.consent")
@rests_on("intake.ConsentSigned", "intake.ConsentWithdrawn", typed=TYPED)
def consent(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The newest text, and what was signed and withdrawn before."""
    return _sign(request, patient) if request.method == "POST" else _show(request, patient, None)


def _form(request: HttpRequest, patient: Patient, *, bound: bool) -> ConsentForm:
    treated = current(patient).assessment.treated
    return ConsentForm(request.POST if bound else None, text=current_consent_text(), treated=treated)


def _show(request: HttpRequest, patient: Patient, form: ConsentForm | None) -> HttpResponse:
    context = {
        "form": form or _form(request, patient, bound=False),
        "text": current_consent_text(),
        "signed": ConsentSigned.objects.filter(patient=patient).order_by(*NEWEST_FIRST),
        "in_force": any(each.active for each in current(patient).facts.consents),
        "photo": photo_allowed(patient),
        "withdrawn": ConsentWithdrawn.objects.filter(patient=patient).order_by(*NEWEST_FIRST),
    }
    status = UNPROCESSABLE if form else 200
    return page(request, "intake/consent.html", patient, context, read_by_patient=True, status=status)


def _sign(request: HttpRequest, patient: Patient) -> HttpResponse:
    form = _form(request, patient, bound=True)
    if not form.is_valid():
        return _show(request, patient, form)
    try:
        done = signed_by(request, lambda signature: _keep(form, patient, signature))
    except ConsentRefused as refused:
        form.add_error("patient_typed", str(refused))
        return _show(request, patient, form)
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, "The consent is signed.", extra_tags="Signed")
    return redirect("intake:consent", patient.pk)


def _keep(form: ConsentForm, patient: Patient, signature: Reauthentication) -> ConsentSigned:
    return sign_consent(
        patient=patient,
        text_name=form.text.name,
        text_sha256=form.cleaned_data["text_sha256"],
        agreed=form.agreed(),
        photo=form.chose("photo"),
        patient_typed=form.cleaned_data["patient_typed"],
        indication=form.cleaned_data["indication"],
        signature=signature,
        at=clock.instant(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("withdrawal of consent", verb="intake.withdraw")
def withdraw(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The patient takes every consent back. One page says what follows; no second factor stands in the way."""
    return _take_back(request, patient, withdraw_consent, photographs=False)


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("withdrawal of consent", verb="intake.withdraw")
def withdraw_photographs(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The patient wants no photograph kept; the treatment goes on."""
    return _take_back(request, patient, withdraw_photo, photographs=True)


DONE = {
    False: "The consent is withdrawn. Nothing goes on without a new one.",
    True: "No photograph may be kept from now on. Delete what was taken; the treatment goes on.",
}


def _who_takes() -> str:
    return " or ".join(f"a {role.label.lower()}" for role in roles_that_may("intake.consent"))


def _was_given(patient: Patient) -> bool:
    in_force = any(each.active for each in current(patient).facts.consents)
    return in_force or ConsentSigned.objects.filter(patient=patient).exists()


def _take_back(
    request: HttpRequest, patient: Patient, verb: Callable[..., ConsentWithdrawn], *, photographs: bool
) -> HttpResponse:
    # What a patient takes back is never refused; only nobody is led to a form for what was never given.
    if request.method != "POST" and not photographs and not _was_given(patient):
        return page(request, "intake/no_consent.html", patient, {"who": _who_takes()})
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "photographs": photographs}
        status = UNPROCESSABLE if form.is_bound else 200
        return page(request, "intake/withdraw.html", patient, context, status=status)
    try:
        verb(patient=patient, **form.cleaned_data, by=staff_of(request), at=clock.instant())
    except ConsentRefused as refused:
        messages.warning(request, str(refused), extra_tags="Look")
    else:
        messages.warning(request, DONE[photographs], extra_tags="Withdrawn")
    return redirect(
        "intake:consent" if may(staff_of(request), "intake.consent") else "intake:page", patient.pk
    )
