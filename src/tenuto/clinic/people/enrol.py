"""Whoever signs has a second factor before anything else: the first sign-in leads to setting one up, and not past it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.guards import require_same_clinic
from tenuto.clinic.people.models import Staff
from tenuto.clinic.people.roles import SIGNING_ROLES

__all__ = ["ENROLLED", "enrol_first", "has_second_factor", "must_have_second_factor", "reset_second_factor"]

ENROLLED = "has_second_factor"
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes open a door once and are no second factor of their own."""
OPEN = frozenset({"people:sign-out", "people:lock", "people:unlock", "people:here", "ui:theme"})
OWN_SIGN_IN = ("mfa_", "account_")
"""The pages on which people look after their own sign-in."""


def must_have_second_factor(staff: Staff) -> bool:
    """Whether the installation asks this person for a second factor: everybody, or those whose role signs."""
    return settings.SECOND_FACTOR_FOR == "everyone" or staff.role in SIGNING_ROLES


def has_second_factor(staff: Staff) -> bool:
    """Whether the person has set one up: an app, a passkey or a security key. One query."""
    return bool(Authenticator.objects.filter(user=staff, type__in=KINDS).exists())


@transaction.atomic
def reset_second_factor(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Take away the second factor of a colleague who lost it; the next sign-in leads them to a new one (hazard H35).

    A session that is open goes on until it ends, to read and to record; without a second factor it signs nothing.

    Nobody resets their own: whoever found a tablet open would.
    """
    require_same_clinic(by, staff)
    if staff.pk == by.pk:
        raise PermissionError("This is your own sign-in. Another medical director must reset it.")
    Authenticator.objects.filter(user=staff).delete()
    record(action="reset second factor", subject=staff, by=by, at=at)


def enrol_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that leads to setting up a second factor. Asks the database once in a session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.session.get(ENROLLED):
            return get_response(request)
        staff = request.user
        if not must_have_second_factor(staff):
            return get_response(request)
        if has_second_factor(staff):
            request.session[ENROLLED] = True
            return get_response(request)
        request.must_enrol = True  # type: ignore[attr-defined]
        return get_response(request) if _may_pass(request) else _lead(request)

    return middleware


@receiver(authenticator_removed)
def look_again(request: HttpRequest, **kwargs: object) -> None:
    """Who takes a second factor away may have had no other."""
    request.session.pop(ENROLLED, None)


def _may_pass(request: HttpRequest) -> bool:
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        return True
    return name in OPEN or name.startswith(OWN_SIGN_IN)


def _lead(request: HttpRequest) -> HttpResponse:
    then = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{then}")
