"""The exact wording of an instrument, pinned by hash: a validated scale with one altered word is another scale."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["fingerprint", "normalise"]

_SAME = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\u00a0": " "})


def normalise(text: str) -> str:
    """Text with typographic quotes, dashes and white space made plain, so that only words and marks count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(_SAME)).strip()


def fingerprint(texts: str | Iterable[str]) -> str:
    """SHA-256, in hex, of one normalised text, or of several in order, such as the answers of a question."""
    parts = (texts,) if isinstance(texts, str) else tuple(texts)
    return hashlib.sha256("\n".join(normalise(part) for part in parts).encode()).hexdigest()
