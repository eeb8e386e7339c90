"""The text of a consent in one version, from `literature/consent/`: what is signed is pinned by its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from tenuto.core.data import Table, data_folder
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["ConsentStatement", "ConsentText", "consent_text", "current_consent_text"]


@dataclass(frozen=True, slots=True)
class ConsentStatement:
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
    statements: tuple[ConsentStatement, ...]
    choices: tuple[ConsentStatement, ...]
    sha256: str
    """Digest of every word that is shown."""

    @property
    def name(self) -> str:
        """How a signed consent names its text, such as `infusion-1`."""
        return f"{self.id}-{self.version}"


@data_folder(ROOT / "consent")
def _texts(file: Table) -> ConsentText:
    language, title = file.text("language"), file.text("title")
    statements = tuple(_statement(entry) for entry in file.tables("statement"))
    choices = tuple(_statement(entry) for entry in file.tables("choice"))
    shown = [language, title, *([s.id, s.heading, s.text] for s in (*statements, *choices))]
    return ConsentText(
        id=file.text("id"),
        version=file.whole("version"),
        language=language,
        title=title,
        statements=statements,
        choices=choices,
        sha256=hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest(),
    )


def _statement(entry: Table) -> ConsentStatement:
    return ConsentStatement(entry.text("id"), entry.text("heading"), entry.text("text"), basis_of(entry))


def consent_text(name: str) -> ConsentText:
    """The text with this name, such as `infusion-1`; KeyError lists those that exist."""
    for text in _texts.all().values():
        if text.name == name:
            return text
    raise KeyError(
        f"There is no consent text '{name}'. There are {', '.join(t.name for t in _texts.all().values())}."
    )


def current_consent_text() -> ConsentText:
    """The newest version."""
    return max(_texts.all().values(), key=lambda text: text.version)
