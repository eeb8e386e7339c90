"""The policy pages: what is in effect, every version with its differences, signing, putting into effect."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.services import record_access
from tenuto.clinic.pathway.api import rests_on
from tenuto.clinic.policies import presenters
from tenuto.clinic.policies.forms import ActivateForm, ProposeForm
from tenuto.clinic.policies.models import PolicyVersion
from tenuto.clinic.policies.services import PolicyRefused, activate, propose, sign

__all__ = [
    "activate_version",
    "overview",
    "propose_version",
    "sign_version",
    "text",
    "text_in_effect",
    "version",
]


@require_safe
@requires("policy.view")
def overview(request: HttpRequest) -> HttpResponse:
    """What is in effect, all versions, and the form for a new one."""
    return _overview(request, ProposeForm())


@require_POST
@requires("policy.propose")
def propose_version(request: HttpRequest) -> HttpResponse:
    """Take a file in as a version."""
    form = ProposeForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            row = propose(
                text=form.cleaned_data["file"],
                why=form.cleaned_data["why"],
                by=staff_of(request),
                at=clock.instant(),
            )
        except PolicyRefused as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, f"{row} was taken in. It needs two signatures.", extra_tags="Proposed")
            return redirect("policies:version", row.pk)
    return _overview(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_safe
@requires("policy.view")
def version(request: HttpRequest, policy_id: str) -> HttpResponse:
    """One version: what it changes, who signed it, every limit opened to its source."""
    return _version(request, _own(request, policy_id), ActivateForm())


@require_safe
@requires("policy.view")
def text(request: HttpRequest, policy_id: str) -> HttpResponse:
    """The file of a version as it was proposed."""
    row = _own(request, policy_id)
    return _toml(row.toml, f"{row.policy_id}-{row.version}.toml")


@require_safe
@requires("policy.view")
def text_in_effect(request: HttpRequest) -> HttpResponse:
    """The file of the policy in effect, without signatures: the start of the next version."""
    content, name = presenters.text_in_effect(staff_of(request).clinic)
    return _toml(content, name)


@require_POST
@requires("policy.sign")
def sign_version(request: HttpRequest, policy_id: str) -> HttpResponse:
    """Sign with the second factor that was just given."""
    row = _own(request, policy_id)
    try:
        done = signed_by(request, lambda signature: sign(policy=row, signature=signature, at=clock.instant()))
    except PolicyRefused as refused:
        messages.error(request, str(refused), extra_tags="Not signed")
    else:
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, f"You signed {row}.", extra_tags="Signed")
    return redirect("policies:version", row.pk)


@require_POST
@requires("policy.activate")
@rests_on("policies.PolicyActivation", typed=ActivateForm, page="policies:version")
def activate_version(request: HttpRequest, policy_id: str) -> HttpResponse:
    """Put a signed version into effect, or go back to an older one."""
    row, form = _own(request, policy_id), ActivateForm(request.POST)
    if form.is_valid():
        now, why = clock.instant(), form.cleaned_data["why"]
        try:
            done = signed_by(
                request,
                lambda signature: activate(policy=row, why=why, signature=signature, at=clock.instant()),
            )
        except PolicyRefused as refused:
            detail = {"verb": "policy.activate", "why": str(refused)}
            record_access(action="refused", subject=row, by=staff_of(request), at=now, detail=detail)
            form.add_error("why", str(refused))
        else:
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, f"{row} is in effect from now on.", extra_tags="In effect")
            return redirect("policies:overview")
    return _version(request, row, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _own(request: HttpRequest, policy_id: Any) -> PolicyVersion:
    versions = staff_of(request).clinic.policy_versions.prefetch_related("signatures")
    return get_object_or_404(versions, pk=policy_id)


def _overview(request: HttpRequest, form: ProposeForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    page = presenters.overview(staff_of(request).clinic)
    return render(
        request, "policies/overview.html", {"page": page, "form": form, "here": "policy"}, status=status
    )


def _version(
    request: HttpRequest, row: PolicyVersion, form: ActivateForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    page = presenters.version_page(row, staff=staff_of(request), against=request.GET.get("against", ""))
    return render(
        request, "policies/version.html", {"page": page, "form": form, "here": "policy"}, status=status
    )


def _toml(content: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/toml; charset=utf-8", headers=headers)
