"""What every page about a patient says below the banner, whoever made the page (hazards H1 and H33)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest

from tenuto.clinic.people.api import ROOT, WHO_MAY, home_of, may
from tenuto.clinic.people.demo_code import DemoCode, code_of
from tenuto.clinic.people.look_alikes import look_alikes
from tenuto.clinic.people.models import BrokenGlass, Patient, Staff
from tenuto.clinic.ui.words import moment

__all__ = ["about_patient", "demonstration", "permissions", "session"]


def about_patient(request: HttpRequest) -> dict[str, Callable[[], list[str]]]:
    """`banner_warnings`: computed when the banner is shown, and only there."""
    return {"banner_warnings": lambda: _warnings(request)}


def permissions(request: HttpRequest) -> dict[str, frozenset[str] | str]:
    """`may`: the verbs of who is signed in, for links that would lead to a refusal; `home`: their first page."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"may": frozenset(), "home": ROOT}
    return {"may": frozenset(verb for verb in WHO_MAY if may(user, verb)), "home": home_of(user)}


def demonstration(request: HttpRequest) -> dict[str, Callable[[], DemoCode | None]]:
    """`demo_code`: computed where a code is asked for, of an invented person only."""
    user = getattr(request, "user", None)
    return {"demo_code": lambda: code_of(user) if user is not None and user.is_authenticated else None}


def session(request: HttpRequest) -> dict[str, int]:
    """`lock_after`: the seconds of quiet after which the page locks itself."""
    return {"lock_after": settings.LOCK_AFTER_SECONDS}


def _warnings(request: HttpRequest) -> list[str]:
    patient: Patient | None = getattr(request, "patient", None)
    glass: BrokenGlass | None = getattr(request, "glass", None)
    found = [] if patient is None else look_alikes(patient, staff=cast(Staff, request.user))
    if glass is not None:
        found.append(
            f"You opened this record in an emergency. It stays open to you until {moment(glass.until)}, to read."
        )
    return found
