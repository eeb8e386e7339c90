"""A signature needs a fresh second factor: a code or a passkey, given a moment ago by the person who signs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode
from uuid import uuid4

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import SpentFactor, Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.accounts.signers import NotConfirmed, check_confirmed
from tenuto.clinic.ledger.sealed import check_sealed
from tenuto.clinic.ledger.services import record_access

__all__ = [
    "FRESH",
    "Reauthentication",
    "ask_for_second_factor",
    "check_same_form",
    "forget_second_factors",
    "last_second_factor",
    "not_confirmed_page",
    "signed_by",
    "waiting_form",
]

Done = TypeVar("Done")

WAITS = "waits"
ANOTHER_WAITS = (
    "Another page asked for a signature since this one did, so this code would sign what you do not see here. Nothing was signed, "
    "and the code is not used. Go back to what you want to sign, and send it again."
)
FRESH = timedelta(minutes=5)
"""How long a second factor counts as given for the signature at hand."""
AHEAD_AT_MOST = timedelta(minutes=2)
"""A moment that lies further ahead is of a clock that was wrong: nothing counts as given then [D]."""


@dataclass(frozen=True, slots=True)
class Reauthentication:
    """That `by` proved at `at` who they are, with `method` ('totp' or 'webauthn'). Services that sign spend one each; a
    change of the second factors uses up one."""

    by: Staff
    at: datetime
    method: str
    key: str = field(default_factory=lambda: uuid4().hex)
    """Tells one second factor from every other; each signs once."""

    def spend(self, *, signer: Staff, at: datetime) -> None:
        """Use it up for the signature at hand, in the transaction of the signature.

        Raises PermissionError unless it is the signer's own, not older than `FRESH`, and signed nothing before; when nobody
        has confirmed the signer; and `ChangedPastProgram` for a role or a second factor that was put into the tables past
        the program.
        """
        if not isinstance(signer, Staff):
            raise PermissionError(f"{signer.audit_name} is no person. Only a member of staff signs.")
        if self.by.pk != signer.pk:
            raise PermissionError(
                f"{self.by} gave the second factor, but {signer} signs. Each signs for themselves."
            )
        check_confirmed(signer)
        if not timedelta(0) <= at - self.at <= FRESH:
            raise PermissionError("The second factor was given too long ago. Give it again, then sign.")
        check_sealed([signer, *Authenticator.objects.filter(user=signer)])
        self.use_up(at=at)

    def use_up(self, *, at: datetime) -> None:
        """Let it count for nothing more. Raises PermissionError when it was used before."""
        try:
            with transaction.atomic():
                SpentFactor.objects.create(
                    key=self.key, staff=self.by, method=self.method, given_at=self.at, spent_at=at
                )
        except IntegrityError:
            raise PermissionError(
                "This second factor signed something already. Give another one, then sign."
            ) from None


def last_second_factor(request: HttpRequest) -> Reauthentication | None:
    """The newest second factor of this session, if it is fresh, signed nothing yet and was not taken away since.

    One from before the session locked is over: the password unlocks, and whoever knows it may be another. A recovery code opens the door but signs nothing.
    """
    given = [
        record
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "mfa" and record.get("type") in ("totp", "webauthn")
    ]
    if not given:
        return None
    newest = max(given, key=lambda record: float(record["at"]))
    age = timedelta(seconds=time.time() - float(newest["at"]))
    if (
        not -AHEAD_AT_MOST <= age <= FRESH
        or not Authenticator.objects.filter(user=request.user, type=newest["type"]).exists()
    ):
        return None
    key = f"{request.user.pk}:{newest['type']}:{newest['at']}"
    if SpentFactor.objects.filter(key=key).exists():
        return None
    return Reauthentication(
        staff_of(request), clock.instant() - max(age, timedelta(0)), str(newest["type"]), key
    )


def forget_second_factors(request: HttpRequest) -> None:
    """Let no second factor that this session was given so far count any more, as when it locks.

    They are taken out, and not compared with the moment of the lock: the clock may have been ahead for either.
    """
    given = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY)
    if isinstance(given, list):
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            one for one in given if one.get("method") != "mfa"
        ]


def signed_by(request: HttpRequest, action: Callable[[Reauthentication], Done]) -> Done | HttpResponse:
    """What the action gives, done with a fresh second factor; the answer that asks for one when there is none.

    Before one is asked for, the action is done and taken back, so that everything it would refuse is said first. The form
    that was posted is kept and sent again after the second factor; nothing typed is lost. Raises what the action raises.
    """
    try:
        check_confirmed(staff_of(request))
    except NotConfirmed as first:
        return not_confirmed_page(request, str(first))
    signature = last_second_factor(request)
    if signature is not None:
        return action(signature)
    with transaction.atomic():
        action(Reauthentication(staff_of(request), clock.instant(), "rehearsal"))
        transaction.set_rollback(True)
    return ask_for_second_factor(request)


def not_confirmed_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """The page for a signer whom nobody has confirmed, and its event."""
    staff = staff_of(request)
    detail = {"verb": "not confirmed", "path": request.path}
    record_access(action="refused", subject=staff, by=staff, at=clock.instant(), detail=detail)
    context = {"heading": "Not confirmed yet", "text": sentence}
    return render(request, "ui/problem.html", context, status=HTTPStatus.FORBIDDEN)


def ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    """Send the browser to the second factor, or to setting one up. A posted form waits in the session meanwhile."""
    if request.method == "POST":
        request.session[STATE_SESSION_KEY] = {"request": serialize_request(request), WAITS: uuid4().hex}
    # A form is sent again to its bare address; only then do the two match when it is taken up again.
    then = request.path if request.method == "POST" else request.get_full_path()
    return HttpResponseRedirect(
        f"{reverse(second_factor_page(staff_of(request)))}?{urlencode({'next': then})}"
    )


def waiting_form(request: HttpRequest) -> str:
    """Which posted form waits for a second factor, for the page that asks for it; empty when none does."""
    return str((request.session.get(STATE_SESSION_KEY) or {}).get(WAITS, ""))


def check_same_form(request: HttpRequest) -> None:
    """Raise ValidationError, before the second factor is looked at, when another form waits than on the page that asks.

    In another tab the person sent another one to the same address, such as the contrary decision: it would be signed unseen.
    """
    shown = request.POST.get(WAITS)
    if shown is not None and shown != waiting_form(request):
        request.session.pop(STATE_SESSION_KEY, None)
        raise ValidationError(ANOTHER_WAITS)


def second_factor_page(staff: Staff) -> str:
    """Where this person gives a second factor; where they set one up when they have none."""
    kinds = set(Authenticator.objects.filter(user=staff).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn" if Authenticator.Type.WEBAUTHN in kinds else "mfa_activate_totp"
