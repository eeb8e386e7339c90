"""Signing in and out."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import ROOT, home_of
from tenuto.clinic.accounts.forms import SignInForm
from tenuto.clinic.accounts.news import acknowledge
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.services import record_access


class SignIn(LoginView):
    """The first page of everyone who is not signed in."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever came to the bare address goes to the first page of their role, not to the list of patients."""
        if request.GET.get(self.redirect_field_name) == ROOT:
            return redirect("accounts:sign-in")
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """The password was right; what else the sign-in needs is the adapter's business (`accounts`)."""
        form.succeeded()
        login = Login(user=form.get_user(), redirect_url=self.get_redirect_url() or None)
        credentials = {"username": form.cleaned_data["username"]}
        answer: HttpResponse = perform_password_login(self.request, credentials, login)
        return answer


class SignOut(LogoutView):
    """Ends the session; only by POST."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            staff = request.user
            record_access(action="signed out", subject=staff, by=staff, at=clock.instant())
        return super().post(request, *args, **kwargs)


@require_POST
def sign_in_known(request: HttpRequest) -> HttpResponse:
    """The owner knows of the changes of their sign-in that the page told."""
    staff = staff_of(request)
    acknowledge(by=staff, at=clock.instant())
    then = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure()):
        then = home_of(staff)
    return redirect(then)
