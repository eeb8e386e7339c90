"""A signature needs a fresh second factor: a code or a passkey, given a moment ago by the person who signs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from tenuto.clinic.accounts.models import Staff

__all__ = ["FRESH", "Reauthentication", "fresh_signature", "last_second_factor"]

FRESH = timedelta(minutes=5)
"""How long a second factor counts as given for the signature at hand."""


@dataclass(frozen=True, slots=True)
class Reauthentication:
    """That `by` proved at `at` who they are, with `method` ('totp' or 'webauthn'). Services that sign require one."""

    by: Staff
    at: datetime
    method: str

    def require_fresh(self, *, signer: Staff, at: datetime) -> None:
        """Raise PermissionError unless it is the signer's own and not older than `FRESH`."""
        if self.by.pk != signer.pk:
            raise PermissionError(
                f"{self.by} gave the second factor, but {signer} signs. Each signs for themselves."
            )
        if not timedelta(0) <= at - self.at <= FRESH:
            raise PermissionError("The second factor was given too long ago. Give it again, then sign.")


def last_second_factor(request: HttpRequest) -> Reauthentication | None:
    """The newest second factor of this session, if it is fresh and was not taken away since.

    A recovery code opens the door but signs nothing.
    """
    given = [
        record
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "mfa" and record.get("type") in ("totp", "webauthn")
    ]
    if not given:
        return None
    newest = max(given, key=lambda record: float(record["at"]))
    age = timedelta(seconds=max(0.0, time.time() - float(newest["at"])))
    if age > FRESH or not Authenticator.objects.filter(user=request.user, type=newest["type"]).exists():
        return None
    return Reauthentication(cast(Staff, request.user), timezone.now() - age, str(newest["type"]))


def fresh_signature(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view `signature`, a fresh `Reauthentication`; ask for the second factor first when there is none.

    A form that was posted without one is kept and sent again after the second factor; nothing typed is lost.
    """

    @wraps(view)
    def signed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signature = last_second_factor(request)
        if signature is None:
            return ask_for_second_factor(request)
        return view(request, *args, signature=signature, **kwargs)

    return signed


def ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    """Send the browser to the second factor, or to setting one up. A posted form waits in the session meanwhile."""
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request)}
    # A form is sent again to its bare address; only then do the two match when it is taken up again.
    then = request.path if request.method == "POST" else request.get_full_path()
    return HttpResponseRedirect(
        f"{reverse(second_factor_page(cast(Staff, request.user)))}?{urlencode({'next': then})}"
    )


def second_factor_page(staff: Staff) -> str:
    """Where this person gives a second factor; where they set one up when they have none."""
    kinds = set(Authenticator.objects.filter(user=staff).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn" if Authenticator.Type.WEBAUTHN in kinds else "mfa_activate_totp"
