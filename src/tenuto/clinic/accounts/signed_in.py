"""Who is signed in."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from tenuto.clinic.accounts.models import Staff

__all__ = ["staff_of"]


def staff_of(request: HttpRequest) -> Staff:
    """The member of staff behind a request. For views that only staff reach: nobody else is looked for here."""
    return cast(Staff, request.user)
