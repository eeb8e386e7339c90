"""Extensions of the sender's own, wherever they stand in an entry: by their name and by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tenuto.clinic.interop.fhir import tables
from tenuto.clinic.interop.fhir.elements import Element, clean
from tenuto.core.intake.answers import truth

__all__ = ["Extension", "beside"]

_PLAIN = ("yes", "no", "positive", "negative")
"""Meanings of a code that say no more than yes or no."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-_.]+")


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: its name in words, such as `is pregnant`, and what it says in words; empty where it says none."""

    name: str
    value: str
    denied: bool
    """It says no."""
    affirmed: bool
    """It says yes, and no more."""

    @property
    def said(self) -> str:
        """Both in one text."""
        return f"{self.name}: {self.value}" if self.value else self.name


def beside(sent: Any) -> Iterator[Extension]:
    """Every extension under an element, however deep, but for those of resources inside it."""
    if isinstance(sent, list):
        for each in sent:
            yield from beside(each)
    elif isinstance(sent, dict):
        extensions = sent.get("extension")
        for each in extensions if isinstance(extensions, list) else ():
            if isinstance(each, dict):
                yield _read(each)
        for name, value in sent.items():
            if name != "contained":
                yield from beside(value)


def _read(extension: dict[str, Any]) -> Extension:
    url = extension.get("url")
    name = clean(url).rstrip("/").rpartition("/")[2].rpartition(":")[2] if isinstance(url, str) else ""
    value, meant = _value(extension)
    return Extension(" ".join(_HUMP.sub(" ", name).lower().split()), value, meant is False, meant is True)


def _value(extension: dict[str, Any]) -> tuple[str, bool | None]:
    """What an extension says in words, and whether that is a yes or a no."""
    for name, sent in extension.items():
        if not name.startswith("value"):
            continue
        if isinstance(sent, bool):
            return "yes" if sent else "no", sent
        if isinstance(sent, dict):
            codings, text = Element(sent, "").concept()
            meant = [word for word in _PLAIN if any(tables.word(coding) == word for coding in codings)]
            said = text or next((c.code for c in codings if c.code), "")
            return said, truth(meant[0] if len(meant) == 1 else said)
        said = clean(str(sent))
        return said, truth(said)
    return "", None
