"""Whoever signs has a second factor before anything else: the first sign-in leads to setting one up, and not past it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.news import sign_in_changed
from tenuto.clinic.accounts.roles import SIGNING_ROLES
from tenuto.clinic.accounts.sessions import end_sessions
from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.services import record

__all__ = [
    "ENROLLED",
    "NothingToReset",
    "enrol_first",
    "has_second_factor",
    "must_have_second_factor",
    "reset_by_operator",
    "reset_second_factor",
    "with_second_factor",
]

ENROLLED = "has_second_factor"
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes open a door once and are no second factor of their own."""
OPEN = frozenset({"accounts:sign-out", "accounts:lock", "accounts:unlock", "accounts:here", "ui:theme"})
OWN_SIGN_IN = ("mfa_", "account_")
"""The pages on which people look after their own sign-in."""


def must_have_second_factor(staff: Staff) -> bool:
    """Whether the installation asks this person for a second factor: everybody, or those whose role signs."""
    return settings.SECOND_FACTOR_FOR == "everyone" or staff.role in SIGNING_ROLES


def has_second_factor(staff: Staff) -> bool:
    """Whether the person has set one up: an app, a passkey or a security key. One query."""
    return bool(Authenticator.objects.filter(user=staff, type__in=KINDS).exists())


def with_second_factor(people: Iterable[Staff]) -> frozenset[int]:
    """The keys of those among several people who have set one up. One query."""
    found = Authenticator.objects.filter(user__in=[person.pk for person in people], type__in=KINDS)
    return frozenset(found.values_list("user_id", flat=True))


class NothingToReset(Exception):
    """There is no second factor that a reset would take away. Nothing is changed."""


@transaction.atomic
def reset_second_factor(*, staff: Staff, by: Staff, at: datetime) -> None:
    """Take away the second factor of a colleague who lost it; the next sign-in leads them to a new one (hazard H35).

    Nobody resets their own: whoever found a tablet open would.
    """
    check_role(by, "staff.manage")
    check_same_clinic(by, staff)
    if staff.pk == by.pk:
        raise PermissionError("This is your own sign-in. Another medical director must reset it.")
    _take_away(staff)
    sign_in_changed(staff)
    record(action="reset second factor", subject=staff, by=by, at=at)


@transaction.atomic
def reset_by_operator(*, staff: Staff, operator: Someone, reason: str, at: datetime) -> None:
    """The same by whoever runs the server, for when no medical director is left who can get in (hazard H35).

    Raises `NothingToReset`, in a sentence, for a closed account and for one without a second factor.
    """
    if not staff.is_active:
        raise NothingToReset(
            f"The account '{staff.username}' is closed. A medical director opens it again on the page Staff."
        )
    if not _take_away(staff):
        raise NothingToReset(
            f"The account '{staff.username}' has no second factor; signing in takes the password alone."
        )
    sign_in_changed(staff)
    record(action="reset second factor", subject=staff, by=operator, at=at, detail={"reason": reason})


def _take_away(staff: Staff) -> int:
    """Remove everything but the password. Sessions end too: a lost phone may hold one, and nobody knows who else has it."""
    removed, _ = Authenticator.objects.filter(user=staff).delete()
    end_sessions(staff)
    return int(removed)


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
