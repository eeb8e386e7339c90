"""Entries that a device saves while the clinic can't be reached: the key they lie under, and until when it is given."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.services.standing import SessionRefused

__all__ = ["SavingKey", "saving_keys"]

OPENED_FOR = timedelta(days=7)
"""How long after its day what was saved of a session can still be opened and sent [D]: a tablet may lie in a drawer over a holiday."""


@dataclass(frozen=True, slots=True)
class SavingKey:
    """A key of one person for one session: 256 bits in base64, and the name under which the device keeps it."""

    name: str
    secret: str


def saving_keys(*, session: Session, by: Staff, at: datetime) -> tuple[SavingKey, ...]:
    """The key under which a device saves entries of `by` for the session, then those of the server's earlier secrets.

    Nothing of them is stored: whoever signs in as the same person gets the same again. Raises SessionRefused once the session is
    over for longer than a week, and PermissionError.
    """
    check_role(by, "infusion.chart")
    check_same_clinic(by, session.patient)
    if clock.day_of(session.patient.clinic, at) > session.held_on + OPENED_FOR:
        raise SessionRefused(
            f"The session of {session.held_on} is over for more than {OPENED_FOR.days} days. What a device still holds of it can't be "
            "opened any more. Chart what is missing as a late entry, from the paper."
        )
    about = f"{by.pk}:{session.pk}".encode()
    return tuple(_key(secret, about) for secret in settings.SAVED_HERE_KEYS)


def _key(secret: bytes, about: bytes) -> SavingKey:
    raw = hmac.digest(secret, about, "sha256")
    return SavingKey(hashlib.sha256(raw).hexdigest()[:16], b64encode(raw).decode())
