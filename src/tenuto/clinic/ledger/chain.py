"""The keyed link between one audit event and the next."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from django.conf import settings

__all__ = ["GENESIS", "mac"]

_as_json = json.JSONEncoder(sort_keys=True).encode
GENESIS = "0" * 64
"""Stands before the first event."""


def mac(texts: Mapping[str, str]) -> str:
    """HMAC-SHA-256 over an event's columns (all but `mac` itself), with the key that is not in the database."""
    content = _as_json({column: text for column, text in texts.items() if column != "mac"})
    return hmac.digest(settings.LEDGER_KEY.encode(), content.encode(), hashlib.sha256).hex()
