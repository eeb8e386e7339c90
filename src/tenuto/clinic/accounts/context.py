"""What every page about a patient says below the banner, whoever made the page (hazards H1 and H33)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from tenuto.clinic.accounts.api import ROOT, WHO_MAY, home_of, may, menu_of
from tenuto.clinic.accounts.demo_code import code_of
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.news import OwnChange, last_changes, unseen_by
from tenuto.clinic.accounts.reauthenticate import waiting_form
from tenuto.clinic.accounts.signers import NotConfirmed, check_confirmed

__all__ = ["confirmation", "demonstration", "own_sign_in", "permissions", "session", "what_is_not_told"]

CONFIRMED = "confirmed"
SHOWN = 20


def permissions(request: HttpRequest) -> dict[str, object]:
    """`may`: the verbs of who is signed in, for links that would lead to a refusal; their menu and their first page."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"may": frozenset(), "home": ROOT}
    return {
        "may": frozenset(verb for verb in WHO_MAY if may(user, verb)),
        "home": home_of(user),
        "navigation": menu_of(user),
        "sign_out": reverse("accounts:sign-out"),
    }


def demonstration(request: HttpRequest) -> dict[str, object]:
    """`demo_code`: computed where a code is asked for, of an invented person only; `letting_time_pass`: where they do that."""
    user = getattr(request, "user", None)
    return {
        "demo_code": lambda: code_of(user) if user is not None and user.is_authenticated else None,
        "letting_time_pass": reverse(settings.DEMONSTRATION_TIME_URL),
    }


def confirmation(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """`not_confirmed`: what a signer reads on every page until a second person has confirmed them; `waiting_form`: which form
    a second factor would sign."""
    return {"not_confirmed": lambda: _not_confirmed(request), "waiting_form": lambda: waiting_form(request)}


def what_is_not_told(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """`not_told`: what patients of the clinic are not told yet, for who writes it, on every page until it is written."""
    return {"not_told": lambda: _not_told(getattr(request, "user", None))}


def _not_told(user: object) -> str:
    if not isinstance(user, Staff) or not user.is_authenticated or not may(user, "clinic.words"):
        return ""
    missing = " and ".join(user.clinic.not_told)
    return f"Patients do not read {missing} on their pages yet." if missing else ""


def _not_confirmed(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    # Asked again only until it is so; whoever signs is asked each time in any case.
    if user is None or not user.is_authenticated or request.session.get(CONFIRMED):
        return ""
    # First things first: there is nobody to confirm before the second factor is set up.
    if getattr(request, "must_enrol", False):
        return ""
    try:
        check_confirmed(user)
    except NotConfirmed as first:
        return str(first)
    request.session[CONFIRMED] = True
    return ""


def own_sign_in(request: HttpRequest) -> dict[str, Callable[[], tuple[OwnChange, ...]]]:
    """`sign_in_news`: what the person has not been told yet; `sign_in_history`: the newest changes, for their own page."""
    return {"sign_in_news": lambda: unseen_by(request), "sign_in_history": lambda: _history(request)}


def _history(request: HttpRequest) -> tuple[OwnChange, ...]:
    user = request.user
    return last_changes(user, most=SHOWN) if isinstance(user, Staff) and user.is_authenticated else ()


def session(request: HttpRequest) -> dict[str, int | str]:
    """`lock_after`: the seconds of quiet after which the page locks itself; `printed`: where a print is noted."""
    return {"lock_after": settings.LOCK_AFTER_SECONDS, "printed": reverse(settings.PRINTED_URL)}
