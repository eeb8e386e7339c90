"""Codes of diagnoses as people pick and type them."""

from __future__ import annotations

import re

from tenuto.core.intake.conditions import by_code
from tenuto.core.intake.contraindications import recognised
from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.intake.icd10cm import exists, titles

__all__ = ["known_code", "picked"]

_CODE = re.compile(r"(?P<category>[A-Z][0-9][0-9A-Z])\.?(?P<rest>[0-9A-Z]{0,4})\Z", re.ASCII)
_PICKED = re.compile(r"(?P<title>.*\S)\s*\((?P<code>[A-Z0-9.]+)\)\Z", re.ASCII)


def picked(text: str) -> tuple[str, str]:
    """The words and the code of a diagnosis as it is picked, `title (code)`; of other words no code."""
    found = _PICKED.match(text.strip())
    if found and titles().get(found["code"]) == found["title"]:
        return found["title"], found["code"]
    return text.strip(), ""


def known_code(typed: str) -> Coding | None:
    """A code as it is typed, ICD-10-CM with or without its point or SNOMED CT; None for one that is not known.

    Of ICD-10-CM every code is known and what begins one, such as its category; in SNOMED CT what the rules name.
    """
    text = typed.strip().upper()
    if text.isascii() and text.isdigit():
        coding = Coding("snomed", text)
        return coding if by_code(coding) or recognised(Problem("", (coding,))) else None
    found = _CODE.match(text)
    if found is None or not exists(found["category"], found["rest"]):
        return None
    code = f"{found['category']}.{found['rest']}".rstrip(".")
    return Coding("icd10cm", code, titles().get(code, ""))
