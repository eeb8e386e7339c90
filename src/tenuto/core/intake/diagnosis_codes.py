"""Codes of diagnoses: those from which one is picked, and which exist at all, read from `literature/icd10cm.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.intake.conditions import by_code
from tenuto.core.intake.contraindications import recognised
from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.literature import ROOT

__all__ = ["known_code", "picked", "titles"]

_CODE = re.compile(r"(?P<category>[A-Z][0-9][0-9A-Z])\.?(?P<rest>[0-9A-Z]{0,4})\Z", re.ASCII)
_PICKED = re.compile(r"(?P<title>.*\S)\s*\((?P<code>[A-Z0-9.]+)\)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Register:
    titles: Mapping[str, str]
    categories: frozenset[str]


@data_file(ROOT / "icd10cm.toml")
def _register(file: Table) -> _Register:
    return _Register(file.texts("codes"), frozenset(file.words("categories")))


def titles() -> Mapping[str, str]:
    """The ICD-10-CM codes in use of what is treated here, with their titles."""
    return _register().titles


def picked(text: str) -> tuple[str, str]:
    """The words and the code of a diagnosis as it is picked, `title (code)`; of other words no code."""
    found = _PICKED.match(text.strip())
    if found and titles().get(found["code"]) == found["title"]:
        return found["title"], found["code"]
    return text.strip(), ""


def known_code(typed: str) -> Coding | None:
    """A code as it is typed, ICD-10-CM with or without its point or SNOMED CT; None for one that is not known.

    Of what is treated here each code is known, of other illnesses in ICD-10-CM the category, and in SNOMED CT what the
    rules name.
    """
    text = typed.strip().upper()
    if text.isascii() and text.isdigit():
        coding = Coding("snomed", text)
        return coding if by_code(coding) or recognised(Problem("", (coding,))) else None
    found = _CODE.match(text)
    if found is None or found["category"] not in _register().categories:
        return None
    code = f"{found['category']}.{found['rest']}".rstrip(".")
    coding = Coding("icd10cm", code, titles().get(code, ""))
    if by_code(coding) and not any(listed.startswith(code) for listed in titles()):
        return None
    return coding
