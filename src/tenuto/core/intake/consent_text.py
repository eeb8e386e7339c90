"""The text of a consent in one version, from `literature/consent/`: what is signed is pinned by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tenuto.core.literature import folder, table
from tenuto.core.sources import Basis, basis_from

__all__ = ["ConsentText", "Statement", "consent_text", "current_consent_text"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a person is told and agrees to, or is free to choose."""

    id: str
    heading: str
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version in one language. All `statements` must be agreed to; `choices` are separate yes or no."""

    id: str
    version: int
    language: str
    title: str
    statements: tuple[Statement, ...]
    choices: tuple[Statement, ...]
    sha256: str
    """Digest of every word that is shown."""

    @property
    def name(self) -> str:
        """How a signed consent names its text, such as `infusion-1`."""
        return f"{self.id}-{self.version}"


@cache
def _texts() -> tuple[ConsentText, ...]:
    return tuple(_read(table(name)) for name in folder("consent"))


def _read(entry: Mapping[str, Any]) -> ConsentText:
    statements = tuple(_statement(e) for e in entry["statement"])
    choices = tuple(_statement(e) for e in entry.get("choice", ()))
    shown = [entry["language"], entry["title"], *([s.id, s.heading, s.text] for s in (*statements, *choices))]
    return ConsentText(
        id=entry["id"],
        version=entry["version"],
        language=entry["language"],
        title=entry["title"],
        statements=statements,
        choices=choices,
        sha256=hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest(),
    )


def _statement(entry: Mapping[str, Any]) -> Statement:
    return Statement(
        entry["id"], entry["heading"], entry["text"], basis_from(entry, where=f"consent {entry['id']}")
    )


def consent_text(name: str) -> ConsentText:
    """The text with this name, such as `infusion-1`; KeyError lists those that exist."""
    for text in _texts():
        if text.name == name:
            return text
    raise KeyError(f"There is no consent text '{name}'. There are {', '.join(t.name for t in _texts())}.")


def current_consent_text() -> ConsentText:
    """The newest version."""
    return max(_texts(), key=lambda text: text.version)
