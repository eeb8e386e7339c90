"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.forms import SignInForm


class SignIn(LoginView):
    """The first page of everyone who is not signed in."""

    authentication_form = SignInForm
    template_name = "people/sign_in.html"
    redirect_authenticated_user = True

    @transaction.atomic
    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        staff = form.get_user()
        form.succeeded()
        record(action="signed in", subject=staff, by=staff, at=timezone.now())
        return super().form_valid(form)


class SignOut(LogoutView):
    """Ends the session; only by POST."""

    http_method_names = ["post", "options"]
