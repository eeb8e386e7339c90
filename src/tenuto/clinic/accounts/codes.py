"""A code of an authenticator app counts once, in every process of the server and for as long as it would be accepted.

The library remembers a used code for half a minute in the memory of one process, and accepts a code for three times as long.
"""

from __future__ import annotations

import hashlib

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction

from tenuto.clinic.accounts.models import LastCode

__all__ = ["is_spent", "spend_code", "went_on"]


def spend_code(secret: str, code: str) -> bool:
    """Use up a code of the app with this secret (base 32); False when it, or a later one, was used before."""
    return any(
        _spend(secret, counter) for counter in yield_hotp_counters_from_time() if _is(secret, counter, code)
    )


def is_spent(secret: str, code: str) -> bool:
    """Whether a code is one of this app's that counts no more, since it or a later one was used."""
    return any(
        LastCode.objects.filter(key=_key(secret), counter__gte=counter).exists()
        for counter in yield_hotp_counters_from_time()
        if _is(secret, counter, code)
    )


def _is(secret: str, counter: int, code: str) -> bool:
    return bool(compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))))


def _spend(secret: str, counter: int) -> bool:
    return went_on(_key(secret), counter)


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def went_on(key: str, counter: int) -> bool:
    """Keep how far an app or a security key has counted; False when it had come as far before."""
    _, first = LastCode.objects.get_or_create(key=key, defaults={"counter": counter})
    # Compared in the database: of two processes with the same code one finds it used.
    return first or LastCode.objects.filter(key=key, counter__lt=counter).update(counter=counter) == 1
