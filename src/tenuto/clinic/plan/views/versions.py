"""Drafting, reading, signing and ending a version of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.api import GROUNDS
from tenuto.clinic.pathway.api import judgements_of, patient_page, safety_now
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan import services
from tenuto.clinic.plan.forms.options import query_of
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.presenters.comfort import comfort_rows
from tenuto.clinic.plan.presenters.look import look_card
from tenuto.clinic.plan.presenters.version import version_page
from tenuto.clinic.plan.services.comfort import comfort_card
from tenuto.clinic.plan.services.drafting import DraftRefused
from tenuto.clinic.plan.services.looking_again import why_held
from tenuto.clinic.plan.services.proposing import Grounds, grounds
from tenuto.clinic.plan.services.visits import next_orders
from tenuto.clinic.plan.views.page import asked
from tenuto.clinic.scales.api import ANSWER_ON_DEATH, judges_risk
from tenuto.clinic.ui.fields import whole_number


class ReasonForm(forms.Form):
    """A typed reason; whether it is needed is the service's business."""

    reason = forms.CharField(
        label="Reason", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


ACTS = (
    "plan.PlanVersion",
    "plan.PlanException",
    "plan.PlanSignature",
    "plan.PlanReview",
    "plan.PlanWithdrawal",
)
VERSION = "plan:version"


@require_POST
@shows_patient("plan draft", verb="plan.sign")
def draft(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep the plan of this address as a draft."""
    by, at = staff_of(request), clock.instant()
    seen, why, newest = (request.POST.get(name, "") for name in ("seen", "why", "newest"))
    back = f"{reverse('plan:page', args=[patient.pk])}?{request.GET.urlencode()}"
    try:
        form, built = asked(grounds(patient), request.GET)
        if form.errors:
            raise DraftRefused("The options of this address can't be used. Correct them first.")
        version = services.draft(
            patient=patient,
            request=built.order.request,
            anew=built.order.anew,
            seen=seen,
            why=why,
            newest=whole_number(newest),
            by=by,
            at=at,
        )
    except services.PlanConflict as conflict:
        return _conflict(request, patient, conflict, back, title="Not drafted", typed=why)
    except DraftRefused as refused:
        messages.error(request, str(refused), extra_tags="Not drafted")
        return redirect(back)
    return redirect("plan:version", patient.pk, version.pk)


@require_safe
@shows_patient("plan version", verb="plan.view")
def version(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """One version as it was kept."""
    found = grounds(patient)
    shown = _own(found, version_id)
    request.audit_detail = _detail(shown)  # type: ignore[attr-defined]
    return _page(request, found, shown)


@require_POST
@shows_patient("plan signing", verb="plan.sign")
def sign(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """Sign a draft with a second factor of its own."""
    found = grounds(patient)
    shown, form = _own(found, version_id), ReasonForm(request.POST, prefix="sign")
    try:
        done = signed_by(
            request,
            lambda signature: services.sign(
                version=shown,
                seen=request.POST.get("seen", ""),
                reason=_reason(form),
                signature=signature,
                at=clock.instant(),
            ),
        )
    except services.PlanConflict as conflict:
        return _conflict(request, patient, conflict, _again(shown), title="Not signed", typed=_reason(form))
    except services.SigningRefused as refused:
        return _refused(request, shown, refused, "sign", form)
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, f"Version {shown.number} is signed and in force.", extra_tags="Signed")
    return redirect("plan:version", patient.pk, shown.pk)


@require_POST
@shows_patient("plan exception", verb="gate.exception")
@judges_risk(*ACTS, typed=ReasonForm, page=VERSION)
def exception(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """A medical director's exception for a draft that is blocked."""
    found = grounds(patient)
    shown, form = _own(found, version_id), ReasonForm(request.POST, prefix="except")
    try:
        done = signed_by(
            request,
            lambda signature: services.grant_exception(
                version=shown, reason=_reason(form), signature=signature, at=clock.instant()
            ),
        )
    except services.PlanConflict as conflict:
        return _conflict(request, patient, conflict, _again(shown), title="Not granted", typed=_reason(form))
    except services.SigningRefused as refused:
        return _refused(request, shown, refused, "except", form)
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, "The exception is kept. Somebody else signs the plan.", extra_tags="Exception")
    return redirect("plan:version", patient.pk, shown.pk)


@require_POST
@shows_patient("plan looked at again", verb="plan.revise")
@judges_risk(*ACTS, *GROUNDS, typed=ReasonForm, page=VERSION, contrary=ANSWER_ON_DEATH)
def look_again(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """Let a signed plan go on after looking at what is worse today."""
    found = grounds(patient)
    shown, form = _own(found, version_id), ReasonForm(request.POST, prefix="review")
    try:
        done = signed_by(
            request,
            lambda signature: services.review(
                version=shown, reason=_reason(form), signature=signature, at=clock.instant()
            ),
        )
    except services.SigningRefused as refused:
        return _refused(request, shown, refused, "review", form)
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, f"Version {shown.number} goes on. The hold is lifted.", extra_tags="Looked at")
    return redirect("plan:version", patient.pk, shown.pk)


@require_POST
@shows_patient("plan withdrawal", verb="plan.revise")
def withdraw(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """Take a version back."""
    found = grounds(patient)
    shown, form = _own(found, version_id), ReasonForm(request.POST, prefix="withdraw")
    by, at = staff_of(request), clock.instant()
    try:
        services.withdraw(version=shown, reason=_reason(form), by=by, at=at)
    except services.SigningRefused as refused:
        return _refused(request, shown, refused, "withdraw", form)
    messages.success(
        request, f"Version {shown.number} is withdrawn. Nothing more is given by it.", extra_tags="Withdrawn"
    )
    return redirect("plan:version", patient.pk, shown.pk)


def _own(found: Grounds, version_id: UUID) -> PlanVersion:
    """The version with this id among this patient's own, else a 404."""
    for version in found.versions:
        if version.pk == version_id:
            return version
    raise Http404


def _detail(version: PlanVersion) -> dict[str, Any]:
    return {"version": version.number, "content": version.content_sha256}


def _reason(form: ReasonForm) -> str:
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


def _again(version: PlanVersion) -> str:
    query = query_of(version.order.request, anew=version.order.anew)
    return f"{reverse('plan:page', args=[version.patient_id])}?{query}"


def _refused(
    request: HttpRequest, shown: PlanVersion, refused: services.SigningRefused, act: str, form: ReasonForm
) -> HttpResponse:
    """The version as it stands now, with what was typed; a reason that is wanting is said at its field."""
    found, problem = grounds(shown.patient), str(refused)
    if isinstance(refused, services.ReasonMissing):
        form.add_error("reason", problem)
        problem = ""
    return _page(request, found, _own(found, shown.pk), failed={act: form}, problem=problem)


def _page(
    request: HttpRequest,
    found: Grounds,
    shown: PlanVersion,
    *,
    failed: Mapping[str, ReasonForm] | None = None,
    problem: str = "",
) -> HttpResponse:
    card = comfort_card(found.patient)
    given, batch = failed or {}, found.batch
    staff, held = staff_of(request), why_held(found, batch)
    context = {
        "look": look_card(
            services.look_of(found.patient, batch),
            shown,
            today=judgements_of(batch).get(found.patient.pk),
            safety=safety_now(found.patient, batch),
            staff=staff,
        ),
        "page": version_page(shown, found.versions, staff=staff, state=found.state, held=bool(held)),
        "held": held,
        "problem": problem,
        "comfort": comfort_rows(card) if card else (),
        "orders": next_orders(found.patient),
        **{
            f"{act}_form": given.get(act) or ReasonForm(prefix=act)
            for act in ("sign", "except", "withdraw", "review")
        },
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
    return patient_page(
        request, "plan/version.html", found.patient, context, batch=batch, next_step=True, status=status
    )


def _conflict(
    request: HttpRequest,
    patient: Patient,
    conflict: services.PlanConflict,
    again: str,
    *,
    title: str,
    typed: str = "",
) -> HttpResponse:
    """What moved, what was typed, and the way to the plan as it is worked out now."""
    context = {
        "title": title,
        "typed": typed,
        "theirs": conflict.theirs,
        "query": request.GET.urlencode(),
        "seen": request.POST.get("seen", ""),
        "text": str(conflict),
        "changes": conflict.changes,
        "again": again,
    }
    return patient_page(request, "plan/conflict.html", patient, context, status=HTTPStatus.CONFLICT)
