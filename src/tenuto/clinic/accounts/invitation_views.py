"""Where an invitation leads: the person chooses their password, unseen by whoever invited them."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock, invitations
from tenuto.clinic.accounts.models import Staff

__all__ = ["invitation"]


def _password(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, help_text=help_text, widget=widget, strip=False)


class ChoosePasswordForm(forms.Form):
    """The same password twice."""

    password = _password(
        "Your password", "12 characters or more. Nobody else knows it, and nobody asks you for it."
    )
    again = _password("The same again")

    def __init__(self, data: QueryDict | None, *, staff: Staff) -> None:
        super().__init__(data)
        self.staff = staff

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.staff)
        return password

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError("The two are not the same. Type both again.")
        return again


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the password. Looking uses nothing up; choosing does."""
    try:
        found = invitations.waiting_for(token, at=clock.instant())
        form = ChoosePasswordForm(request.POST or None, staff=found.staff)
        if request.method != "POST" or not form.is_valid():
            status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
            return render(
                request, "accounts/invitation.html", {"form": form, "person": found.staff}, status=status
            )
        invitations.accept(token=token, password=form.cleaned_data["password"], at=clock.instant())
    except invitations.InvitationRefused as refused:
        context = {"heading": "No longer valid", "text": str(refused)}
        return render(request, "ui/problem.html", context, status=HTTPStatus.GONE)
    messages.success(request, f"Sign in as {found.staff.username} with your password.", extra_tags="Chosen")
    return redirect("accounts:sign-in")
