"""Confirming a colleague whose role signs: a statement of a second person, with their second factor."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.accounts.signers import NotConfirmed, confirm

__all__ = ["confirm_colleague"]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("staff.confirm")
def confirm_colleague(request: HttpRequest, staff_id: int) -> HttpResponse:
    """What is confirmed, and the button that asks for the second factor."""
    staff = get_object_or_404(staff_of(request).clinic.staff, pk=staff_id)
    problem = ""
    if request.method == "POST":
        try:
            done = signed_by(
                request, lambda signature: confirm(staff=staff, signature=signature, at=clock.instant())
            )
        except NotConfirmed as refused:
            problem = str(refused)
        else:
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, f"{staff.name} may sign from now on.", extra_tags="Confirmed")
            return redirect("accounts:staff")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    context = {"person": staff, "problem": problem, "here": "staff"}
    return render(request, "accounts/confirm.html", context, status=status)
