"""Slows down guessing of passwords: after some failures for a name, that name waits."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

FAILURES = 5
WAIT_SECONDS = 300


def _key(username: str) -> str:
    return f"sign-in-{hashlib.sha256(username.strip().casefold().encode()).hexdigest()}"


def must_wait(username: str) -> bool:
    """True while the name has failed too often."""
    return int(cache.get(_key(username), 0)) >= FAILURES


def failed(username: str) -> None:
    """Count a failure; the wait starts again with each."""
    key = _key(username)
    cache.add(key, 0, WAIT_SECONDS)
    cache.incr(key)
    cache.touch(key, WAIT_SECONDS)


def succeeded(username: str) -> None:
    """Forget the failures of the name."""
    cache.delete(_key(username))
