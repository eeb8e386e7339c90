"""The digest that names the content of a data file, so that a person can sign it and a record can pin it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["content_digest"]


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of parsed data without its own `signatures`, as sorted compact JSON."""
    body = {key: value for key, value in content.items() if key != "signatures"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
