"""The keyed link between one audit event and the next.

A key can be exchanged (`ledger.rotation`): the event that says so is the last under the key before, and what comes after it
is under the new one. Each event counts under the key of its turn alone, so that whoever learns an old key forges nothing new.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings

__all__ = ["GENESIS", "ROTATED", "KeyTurns", "current_key", "fingerprint", "mac", "under"]

_as_json = json.JSONEncoder(sort_keys=True).encode
GENESIS = "0" * 64
"""Stands before the first event."""
ROTATED = "rotated keys"
"""The event with which a key ends."""
_key_before: ContextVar[str | None] = ContextVar("key_before", default=None)


def current_key() -> str:
    """The key that events and anchors are sealed with now."""
    return _key_before.get() or str(settings.LEDGER_KEY)


@contextmanager
def under(key: str) -> Iterator[None]:
    """Seal with another key, as the last event under an old one is."""
    token = _key_before.set(key)
    try:
        yield
    finally:
        _key_before.reset(token)


def fingerprint(key: str) -> str:
    """Tells a key from others, and nothing of it."""
    return hashlib.sha256(f"tenuto ledger key {key}".encode()).hexdigest()[:16]


def mac(texts: Mapping[str, str], key: str = "") -> str:
    """HMAC-SHA-256 over an event's columns (all but `mac` itself), with a key that is not in the database: the current one."""
    content = _as_json({column: text for column, text in texts.items() if column != "mac"})
    return hmac.digest((key or current_key()).encode(), content.encode(), hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class KeyTurns:
    """Which key sealed which events: up to a number each, oldest first, and the current one after them.

    The key of a turn is None when this server was not given it.
    """

    turns: tuple[tuple[int, str | None], ...] = ()

    @classmethod
    def of(cls, rotations: Mapping[int, str]) -> KeyTurns:
        """From the events that ended a key: their numbers, ascending, and the fingerprints of these keys."""
        known = {fingerprint(key): key for key in (settings.LEDGER_KEY, *settings.LEDGER_KEY_FALLBACKS)}
        return cls(tuple((number, known.get(told)) for number, told in rotations.items()))

    def key_of(self, number: int) -> str | None:
        """The key under which an event was sealed; None for one that is not given."""
        return next((key for last, key in self.turns if number <= last), current_key())

    def sealed(self, texts: Mapping[str, str], number: int) -> bool:
        """Whether an event carries the seal of its turn. True where the key is not given: that is a finding of its own."""
        key = self.key_of(number)
        return key is None or hmac.compare_digest(texts.get("mac", ""), mac(texts, key))

    def missing(self) -> int:
        """The last event whose key is not given; 0 when all are."""
        return max((last for last, key in self.turns if key is None), default=0)
