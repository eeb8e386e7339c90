"""The current code of an invented person, shown to visitors of the demonstration; nobody else's, and never in production."""

from __future__ import annotations

import time
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.keys import UnknownKey
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.services import record

__all__ = ["DemoCode", "code_of", "give_second_factor"]

PERIOD = 30


@dataclass(frozen=True, slots=True)
class DemoCode:
    """Whose code, and the code."""

    name: str
    code: str


def give_second_factor(staff: Staff, *, secret: str) -> None:
    """Give an invented person an authenticator app with a known secret (base 32)."""
    if not staff.is_invented:
        return
    with transaction.atomic():
        TOTP.activate(staff, secret)
        record(action="set up second factor", subject=staff, by=staff, at=clock.instant())


def code_of(staff: Staff) -> DemoCode | None:
    """The code of this half minute; None for real people and for those without an app."""
    if not staff.is_invented:
        return None
    app = Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).first()
    if app is None:
        return None
    try:
        secret = decrypt(app.data["secret"])
    except UnknownKey:
        return None
    counter = int(time.time()) // PERIOD
    return DemoCode(staff.name, format_hotp_value(hotp_value(secret, counter)))
