"""Where django-allauth asks us: who may sign up (nobody), which steps a sign-in has, and what goes on record."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenuto.clinic.accounts import clock, throttle
from tenuto.clinic.accounts.api import home_of
from tenuto.clinic.accounts.codes import is_spent, spend_code
from tenuto.clinic.accounts.devices import remember
from tenuto.clinic.accounts.enrol import has_second_factor
from tenuto.clinic.accounts.keys import UnknownKey, decrypted, encrypted
from tenuto.clinic.accounts.lock import SEEN
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.news import known_here, sign_in_changed
from tenuto.clinic.accounts.reauthenticate import AHEAD_AT_MOST, FRESH, check_same_form, last_second_factor
from tenuto.clinic.accounts.same_member import know_the_member
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.sealed import check_sealed
from tenuto.clinic.ledger.services import record_access
from tenuto.clinic.ui.words import count

__all__ = [
    "AccountAdapter",
    "FirstCodeForm",
    "SecondFactorAdapter",
    "SecondFactorForm",
    "SecondFactorStage",
    "SignatureForm",
]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given by the medical director; nobody signs up, and no mail is sent."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["tenuto.clinic.accounts.adapters.SecondFactorStage"]

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """The person is in: by password, by password and second factor, or by passkey."""
        staff = cast(Staff, user)
        record_access(action="signed in", subject=staff, by=staff, at=clock.instant())
        request.session[SEEN] = time.time()
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        know_the_member(request, staff)
        remember(request, answer, staff.username)
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where nothing else was asked for."""
        return home_of(staff_of(request))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not after a fresh second factor, and not for a first one moments after the password: typing it twice would
        prove nothing more."""
        staff = cast(Staff, self.request.user)
        if has_second_factor(staff):
            return last_second_factor(self.request) is None
        if _came_in_just_now(self.request, staff):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """Whoever has a second factor proves who they are with it; the password proves nothing more (hazard H35)."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and has_second_factor(cast(Staff, user)):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """Nobody comes in on a password, a role or a second factor that was put into the tables past the program."""
        check_sealed([cast(Staff, user), *Authenticator.objects.filter(user=user)])
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """A closed account, whose passkey is right."""
        staff = cast(Staff, user)
        record_access(action="failed sign-in", subject=staff, by=staff, at=clock.instant())
        context = {"heading": "Closed", "text": "This account is closed. Ask your medical director."}
        return render(request, "ui/problem.html", context, status=HTTPStatus.FORBIDDEN)

    @transaction.atomic
    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep a password that its owner chose."""
        super().set_password(user, password)
        staff = cast(Staff, user)
        sign_in_changed(staff)
        known_here(self.request, staff)
        record_access(action="changed password", subject=staff, by=staff, at=clock.instant())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened; the library's own messages would say it twice."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Changes of a sign-in are in the audit; no mail leaves."""


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """Ask for the second factor at sign-in, except of an invented person outside production.

    The demonstration's people have one, so that a visitor can sign a plan, but the visitor comes in with the printed
    password alone (docs/adr/0014-second-factor.md).
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        staff = cast(Staff, self.login.user)
        if staff.is_invented:
            return False
        return bool(super()._should_handle(request))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted with the server's key, so that a copy of the database gives nobody a code."""

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The picture as part of the page: the content policy lets no data address in."""
        picture: str = super().build_totp_svg(url)
        return picture[picture.index("<svg") :]

    def get_totp_issuer(self) -> str:
        return "Tenuto"


USED = (
    "This code was used already, and each counts once. The app shows the next one in up to 30 s: enter that."
)


class _SlowedDown:
    """A form for a code that waits after some wrong ones, in every process of the server."""

    failure: str
    cleaned_data: dict[str, Any]
    user: Staff
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code. Nothing is checked while the person waits, so that guessing gains nothing."""
        name = f"second factor {self.user.pk}"
        if throttle.must_wait(name):
            _record_failure(self.user, self.failure)
            raise ValidationError(
                f"Too many wrong codes. Wait {count(settings.SIGN_IN_WAIT_MINUTES, 'minute')}, then try again."
            )
        try:
            # Asked first: within half a minute the library calls a code that was used "incorrect".
            spent = self._is_spent(str(self.cleaned_data["code"]))
            code = str(super().clean_code())  # type: ignore[misc]
        except UnknownKey as unknown:
            raise ValidationError(str(unknown)) from unknown
        except ValidationError as wrong:
            raise ValidationError(USED) if spent and wrong.code == "incorrect_code" else wrong from None
        if self.authenticator.type == Authenticator.Type.TOTP:
            self._check_unused(code)
        throttle.succeeded(name)
        return code

    def _check_unused(self, code: str) -> None:
        if not spend_code(decrypt(self.authenticator.data["secret"]), code):
            self._emit_authentication_failed(self.authenticator)
            raise ValidationError(USED)

    def _is_spent(self, code: str) -> bool:
        apps = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP)
        return any(is_spent(decrypt(app.data["secret"]), code) for app in apps)

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        throttle.failed(f"second factor {self.user.pk}")
        _record_failure(self.user, self.failure)


class SecondFactorForm(_SlowedDown, AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in; a wrong one is recorded."""

    failure = "failed second factor"


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The code that sets an app up; it opens and signs nothing afterwards."""

    def clean_code(self) -> str:
        code = str(super().clean_code())
        spend_code(self.secret, code)
        return code


class SignatureForm(_SlowedDown, ReauthenticateForm):  # type: ignore[misc]
    """The code before a signature or after a lock; a wrong one is recorded."""

    failure = "failed re-authentication"

    def clean_code(self) -> str:
        check_same_form(context.request)
        return super().clean_code()


def _came_in_just_now(request: HttpRequest, staff: Staff) -> bool:
    newest = max((float(r["at"]) for r in get_authentication_records(request, staff)), default=0.0)
    return -AHEAD_AT_MOST.total_seconds() <= time.time() - newest < FRESH.total_seconds()


def _record_failure(staff: Staff, action: str) -> None:
    record_access(action=action, subject=staff, by=staff, at=clock.instant())
