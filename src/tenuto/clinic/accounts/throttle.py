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

AHEAD = timedelta(minutes=1)
"""How far the clock of another process may be ahead of this one's reading: what it counted meanwhile still counts."""


def must_wait(name: str, *, after: int = 0) -> bool:
    """True while there were too many failures under the name: the installation's number, or as many as `after` says. One query.

    A wait that ends clearly later than one that begins now is of a clock that was ahead, and is over.
    """
    now = timezone.now()
    running = Tally.objects.filter(
        key=_key(name),
        ends_at__gt=now,
        ends_at__lte=now + _wait() + AHEAD,
        count__gte=after or settings.SIGN_IN_FAILURES,
    )
    return running.exists()


def failed(name: str, *, again: bool = True) -> None:
    """Count a failure; the wait starts again with each, or ends a fixed time after the first one."""
    _count(name, lasts=_wait(), again=again)


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
    Tally.objects.filter(Q(ends_at__lte=now) | Q(key=key, ends_at__gt=now + lasts + AHEAD)).delete()
    row, new = Tally.objects.get_or_create(key=key, defaults={"count": 1, "ends_at": now + lasts})
    if new:
        return 1
    mine = Tally.objects.filter(key=key)
    # Added in the database, so that two processes at once count two.
    mine.update(count=F("count") + 1, **({"ends_at": now + lasts} if again else {}))
    return mine.values_list("count", flat=True).first() or row.count + 1


def _wait() -> timedelta:
    return timedelta(minutes=settings.SIGN_IN_WAIT_MINUTES)


def _key(name: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY} {name.strip().casefold()}".encode()).hexdigest()
