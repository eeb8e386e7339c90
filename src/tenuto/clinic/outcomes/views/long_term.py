"""The checks of long-term safety of one patient: where each stands, and recording one."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import account
from tenuto.clinic.outcomes.checked import checks, results
from tenuto.clinic.outcomes.forms.checks import CHECK_FORMS, CheckForm, GoOnForm
from tenuto.clinic.outcomes.presenters import exposure_pairs
from tenuto.clinic.outcomes.presenters.checks import asked_by_link, check_cards, result_lines, scale_links
from tenuto.clinic.outcomes.services import CheckRefused, go_on_despite, record_check
from tenuto.clinic.pathway.api import Batch, patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.scales.api import judges_risk
from tenuto.core.outcomes.check_rules import CheckKind, check_rule, check_rules

__all__ = ["go_on", "page", "record"]


@require_safe
@shows_patient("long-term checks")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Which checks are due, and the forms to record them."""
    return _page(request, patient)


@require_POST
@shows_patient("long-term check", verb="outcomes.check")
def record(request: HttpRequest, patient: Patient, kind: str) -> HttpResponse:
    """Keep what a check found."""
    known, batch = _kind(kind), Batch.of(patient)
    form = CHECK_FORMS[known](request.POST, policy=policy_of(patient.clinic), today=batch.today)
    if form.is_valid():
        try:
            record_check(
                patient=patient, kind=known, on=form.cleaned_data["on"], readings=form.readings(), words=form.words(),
                entered=form.entered(), by=staff_of(request), at=clock.instant(),
            )  # fmt: skip
        except CheckRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, f"{check_rule(known).title}: the result is on record.", extra_tags="Saved"
            )
            return redirect("outcomes:checks", patient.pk)
    return _page(request, patient, failed=(known, form))


@require_POST
@shows_patient("going on despite a check", verb="outcomes.review")
@judges_risk(
    "outcomes.CheckEntered",
    "outcomes.CheckGoneOn",
    "course.InfusionReport",
    "intake.Measured",
    "intake.ReadingStruck",
    "intake.TestResult",
    "intake.ResultStruck",
    typed=GoOnForm,
    page="outcomes:checks",
)
def go_on(request: HttpRequest, patient: Patient, kind: str) -> HttpResponse:
    """Keep a prescriber's reason, and lift the hold."""
    known, form = _kind(kind), GoOnForm(request.POST)
    if form.is_valid():
        got = form.cleaned_data
        try:
            go_on_despite(
                patient=patient, kind=known, ground=got["ground"], reason=got["reason"], by=staff_of(request),
                at=clock.instant(),
            )  # fmt: skip
        except CheckRefused as refused:
            form.add_error("reason", str(refused))
        else:
            messages.success(request, "The reason is on record, and the hold is lifted.", extra_tags="Saved")
            return redirect("outcomes:checks", patient.pk)
    return _page(request, patient, reason=(known, form))


def _kind(text: str) -> CheckKind:
    try:
        return CheckKind(text)
    except ValueError:
        raise Http404(f"There is no check '{text[:40]}'.") from None


def _page(
    request: HttpRequest,
    patient: Patient,
    *,
    failed: tuple[CheckKind, CheckForm] | None = None,
    reason: tuple[CheckKind, GoOnForm] | None = None,
) -> HttpResponse:
    batch, policy = Batch.of(patient), policy_of(patient.clinic)
    own, course = checks(batch).get(patient.pk, ()), account(patient, batch)
    typed, reasoned = dict([failed] if failed else []), dict([reason] if reason else [])
    cards = [
        {
            "check": each,
            "form": typed.get(CheckKind(each.kind))
            or CHECK_FORMS[CheckKind(each.kind)](
                policy=policy, today=batch.today, auto_id=f"id_{each.kind}_%s"
            ),
            "go_on": reasoned.get(CheckKind(each.kind))
            or GoOnForm(initial={"ground": each.ground}, auto_id=f"id_go_on_{each.kind}_%s"),
            "open": each.asks or CheckKind(each.kind) in typed,
            "scales": scale_links(CheckKind(each.kind)),
            "asked": asked_by_link(CheckKind(each.kind)),
        }
        for each in check_cards(own)
    ]
    titles = {kind.value: rule.title for kind, rule in check_rules().items()}
    context = {
        "cards": cards,
        "results": result_lines(results(batch).get(patient.pk, ()), titles),
        "exposure": exposure_pairs(course),
        "exposure_unknown": course.exposure_unknown,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed or reason else HTTPStatus.OK
    return patient_page(
        request, "outcomes/checks.html", patient, context, batch=batch, next_step=True, status=status
    )
