"""Slows down guessing: after some failures under a name or from an address, that one waits.

Counted in the database, so that every process of the server knows. Names and addresses are kept as hashes, and only
until their wait is over. The limits are this installation's (TENUTO_SIGN_IN_FAILURES and its neighbours).
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tenuto.clinic.accounts.models import Tally

__all__ = ["counted", "failed", "must_wait", "succeeded", "too_many"]


def must_wait(name: str) -> bool:
    """True while there were too many failures under the name. One query."""
    running = Tally.objects.filter(
        key=_key(name), ends_at__gt=timezone.now(), count__gte=settings.SIGN_IN_FAILURES
    )
    return running.exists()


def failed(name: str) -> None:
    """Count a failure; the wait starts again with each."""
    _count(name, lasts=timedelta(minutes=settings.SIGN_IN_WAIT_MINUTES), again=True)


def succeeded(name: str) -> None:
    """Forget the failures under the name, and what is over."""
    Tally.objects.filter(Q(key=_key(name)) | Q(ends_at__lte=timezone.now())).delete()


def too_many(name: str, *, most: int, within: timedelta) -> bool:
    """Count something that may happen `most` times `within` a span that begins with the first; True beyond that."""
    return counted(name, within=within) > most


def counted(name: str, *, within: timedelta) -> int:
    """Count something, and say how often it happened in a span that begins with the first."""
    return _count(name, lasts=within, again=False)


@transaction.atomic
def _count(name: str, *, lasts: timedelta, again: bool) -> int:
    now, key = timezone.now(), _key(name)
    Tally.objects.filter(ends_at__lte=now).delete()
    row, new = Tally.objects.get_or_create(key=key, defaults={"count": 1, "ends_at": now + lasts})
    if new:
        return 1
    mine = Tally.objects.filter(key=key)
    # Added in the database, so that two processes at once count two.
    mine.update(count=F("count") + 1, **({"ends_at": now + lasts} if again else {}))
    return mine.values_list("count", flat=True).first() or row.count + 1


def _key(name: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY} {name.strip().casefold()}".encode()).hexdigest()
