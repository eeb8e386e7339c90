"""Whoever has a second factor changes it with a second factor: the password alone changes none (hazard H35).

Otherwise a password that was looked over somebody's shoulder would be enough to sign as them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from tenuto.clinic.accounts.enrol import has_second_factor
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import ask_for_second_factor, last_second_factor
from tenuto.clinic.ledger.actors import NOBODY
from tenuto.clinic.ledger.marks import waiting_marks
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record

__all__ = ["guarded", "is_proved"]

View = Callable[..., HttpResponse]
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
    return not has_second_factor(cast(Staff, request.user)) or last_second_factor(request) is not None


def _guarded(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    if isinstance(pattern, URLResolver):
        return URLResolver(pattern.pattern, guarded(pattern.url_patterns), pattern.default_kwargs)
    # A code at sign-in changes nothing but itself: a recovery code is used up.
    view = _on_record(pattern.callback)
    if pattern.name not in CHANGES_NOTHING:
        view = _with_factor(view)
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


def _with_factor(view: View) -> View:
    @wraps(view)
    def asks_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not is_proved(request):
            return ask_for_second_factor(request)
        return view(request, *args, **kwargs)

    return asks_first


def _on_record(view: View) -> View:
    """What the library writes to second factors is kept together with its event, or not at all."""

    @wraps(view)
    def records(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            answer = view(request, *args, **kwargs)
            if waiting_marks():
                who = request.user if request.user.is_authenticated else None
                record(
                    action="changed second factor",
                    subject=who or Staff(),
                    by=who or NOBODY,
                    at=timezone.now(),
                    kind=EventKind.ACCESS,
                )
        return answer

    return records
