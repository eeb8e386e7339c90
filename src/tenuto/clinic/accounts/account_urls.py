"""The addresses of django-allauth that a clinic needs. Signing up, mail addresses and lost passwords are not among them:
the medical director gives and renews sign-ins."""

from __future__ import annotations

from allauth.account.views import password_change, reauthenticate
from allauth.mfa.urls import urlpatterns as second_factor
from django.urls import include, path

from tenuto.clinic.accounts.factor_guard import guarded
from tenuto.clinic.accounts.views import SignIn

urlpatterns = [
    # The library looks these up by its own names.
    path("sign-in/", SignIn.as_view(), name="account_login"),
    path("account/reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("account/password/", password_change, name="account_change_password"),
    path("account/second-factor/", include(guarded(second_factor))),
]
