"""What is kept encrypted with the server's key: the secrets of second factors. Read under the current key and the earlier ones
that are given, written under the current one, and encrypted anew when the key is exchanged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tenuto.clinic.ledger.actors import Someone
from tenuto.clinic.ledger.chain import ROTATED
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.rotation import ledger_turn, turning
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ui.views import failure

__all__ = ["SayWhenKeyUnknown", "UnknownKey", "decrypted", "encrypted", "rotate"]

logger = logging.getLogger(__name__)
SECRETS = ("secret", "seed", "migrated_codes")
"""Where the library keeps what it has us encrypt."""
UNKNOWN = (
    "Your second factor was set up under another key of this server, so nothing can be compared with it. Tell whoever runs the "
    "server: they give the earlier key back (TENUTO_SECRET_KEY_FALLBACKS), or a medical director resets your second factor."
)


class UnknownKey(Exception):
    """Something at rest was encrypted with a key that this server was not given. The text says what to do."""


class SayWhenKeyUnknown:
    """Middleware: the same, as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for `UnknownKey`; everything else is somebody else's."""
        if not isinstance(exception, UnknownKey):
            return None
        logger.error(
            "A second factor is encrypted with a key that is not given (TENUTO_SECRET_KEY_FALLBACKS)."
        )
        return failure(request, heading="Another key", text=str(exception), status=503)


def encrypted(text: str) -> str:
    """Under the current key."""
    return _ciphers()[0].encrypt(text.encode()).decode()


def decrypted(text: str) -> str:
    """What was encrypted under the current key or an earlier one that is given. Raises UnknownKey."""
    try:
        return MultiFernet(_ciphers()).decrypt(text.encode()).decode()
    except InvalidToken:
        raise UnknownKey(UNKNOWN) from None


def rotate(*, by: Someone, reason: str, at: datetime) -> tuple[int, bool]:
    """Encrypt anew what is at rest under an earlier key, and let the ledger go on under the current one, on record.

    How many second factors were encrypted anew, and whether the ledger's key was exchanged. Raises RotationRefused and
    UnknownKey, and changes nothing then. Done again it changes nothing.
    """
    turn = ledger_turn()
    with turning(turn), transaction.atomic():
        anew = sum(_encrypt_anew(row) for row in Authenticator.objects.select_for_update().order_by("pk"))
        if anew or (turn.before and not turn.only_anchors):
            detail = {"reason": reason, "second_factors": anew, **turn.detail}
            record(action=ROTATED, subject=AuditEvent(), by=by, at=at, detail=detail)
    return anew, bool(turn.before)


def _encrypt_anew(row: Authenticator) -> bool:
    data = {name: _anew(value) if name in SECRETS else value for name, value in row.data.items()}
    if data == row.data:
        return False
    row.data = data
    row.save(update_fields=["data"])
    return True


def _anew(value: Any) -> Any:
    if isinstance(value, list):
        return [_anew(each) for each in value]
    try:
        _ciphers()[0].decrypt(str(value).encode())
    except InvalidToken:
        return encrypted(decrypted(str(value)))
    return value


def _ciphers() -> list[Fernet]:
    return [Fernet(key) for key in settings.SECOND_FACTOR_KEYS]
