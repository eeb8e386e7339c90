"""Whoever has a second factor changes it with a second factor: the password alone changes none (hazard H35).

Otherwise a password that was looked over somebody's shoulder would be enough to sign as them. One that was given changes one
thing: whoever has the session meanwhile, on a tablet that was put down, finds it used up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.enrol import has_second_factor
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.news import known_here, sign_in_changed
from tenuto.clinic.accounts.reauthenticate import ask_for_second_factor, last_second_factor
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.actors import NOBODY
from tenuto.clinic.ledger.marks import waiting_marks
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record

__all__ = ["guarded", "is_proved"]

View = Callable[..., HttpResponse]
CHANGED = "changed second factor"
RECOVERY_CODES = "recovery codes"
CHANGES_NOTHING = frozenset(
    {
        "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_list_webauthn", "mfa_reauthenticate_webauthn",
        "mfa_login_webauthn",
    }
)  # fmt: skip
"""The only pages of the second factor that do without one, by the library's own names. What it adds is guarded."""


def guarded(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same addresses; all but those that change nothing ask for a fresh second factor of who has one.

    What the library writes there is kept together with its audit event.
    """
    return [_guarded(pattern) for pattern in patterns]


def is_proved(request: HttpRequest) -> bool:
    """Whether this session may change the second factor: with the existing one, or when there is none yet."""
    return not has_second_factor(staff_of(request)) or last_second_factor(request) is not None


def _guarded(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    if isinstance(pattern, URLResolver):
        return URLResolver(pattern.pattern, guarded(pattern.url_patterns), pattern.default_kwargs)
    # A code at sign-in changes nothing but itself: a recovery code is used up.
    view = pattern.callback if pattern.name in CHANGES_NOTHING else _with_factor(pattern.callback)
    return URLPattern(pattern.pattern, _on_record(view), pattern.default_args, pattern.name)


def _with_factor(view: View) -> View:
    @wraps(view)
    def asks_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not is_proved(request):
            return ask_for_second_factor(request)
        return view(request, *args, **kwargs)

    return asks_first


def _on_record(view: View) -> View:
    """What the library writes to second factors is kept together with its event, or not at all; its owner is told."""

    @wraps(view)
    def records(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            _one_after_the_other(request)
            before = _factors_of(request)
            given = last_second_factor(request) if before else None
            answer = view(request, *args, **kwargs)
            if waiting_marks():
                if given and _keys(before) != _keys(_factors_of(request)):
                    given.use_up(at=clock.instant())
                _record_change(request, before)
        return answer

    return records


def _one_after_the_other(request: HttpRequest) -> None:
    """Of two changes that are asked for at once, the second finds the factor of the first used up."""
    if request.method == "POST" and request.user.is_authenticated:
        Staff.objects.select_for_update(of=("self",)).get(pk=request.user.pk)


def _keys(factors: Mapping[int, str] | None) -> dict[int, str]:
    """Those that sign; recovery codes open the door only, and are looked at once they are made."""
    return {key: words for key, words in (factors or {}).items() if words != RECOVERY_CODES}


def _record_change(request: HttpRequest, before: Mapping[int, str] | None) -> None:
    after, staff = _factors_of(request), request.user
    if after is None or not isinstance(staff, Staff):
        record(action=CHANGED, subject=Staff(), by=NOBODY, at=clock.instant(), kind=EventKind.ACCESS)
        return
    action, what = _what_changed(before, after)
    sign_in_changed(staff)
    known_here(request, staff)
    detail = {"what": what} if what else {}
    record(action=action, subject=staff, by=staff, at=clock.instant(), detail=detail, kind=EventKind.ACCESS)


def _what_changed(before: Mapping[int, str] | None, after: Mapping[int, str]) -> tuple[str, str]:
    """The event and what it is about, of the factors before and after; None before a sign-in that is just being done."""
    if before is None:
        return "used recovery code", ""
    added = [words for key, words in after.items() if key not in before]
    gone = [words for key, words in before.items() if key not in after]
    if added and gone:
        return CHANGED, f"{', '.join(gone)} → {', '.join(added)}"
    if added or gone:
        return (
            ("set up second factor", ", ".join(added))
            if added
            else ("removed second factor", ", ".join(gone))
        )
    renamed = [f"{words} → {after[key]}" for key, words in before.items() if words != after[key]]
    return CHANGED, ", ".join(renamed)


def _factors_of(request: HttpRequest) -> dict[int, str] | None:
    """The second factors of who is signed in, in words; None for nobody."""
    if not request.user.is_authenticated:
        return None
    rows = Authenticator.objects.filter(user=request.user).order_by("pk")
    return {row.pk: _words(row) for row in rows}


def _words(row: Authenticator) -> str:
    if row.type == Authenticator.Type.TOTP:
        return "authenticator app"
    if row.type == Authenticator.Type.RECOVERY_CODES:
        return RECOVERY_CODES
    return f"passkey “{row.data.get('name', '')}”"
