"""Codes of diagnoses as people pick and type them."""

from __future__ import annotations

import re

from tenuto.core.intake.conditions import by_code
from tenuto.core.intake.contraindications import recognised
from tenuto.core.intake.facts import Coding, Problem
from tenuto.core.intake.icd10cm import exists, titles

__all__ = ["known_code", "name_of", "picked"]

_CODE = re.compile(r"(?P<category>[A-Z][0-9][0-9A-Z])\.?(?P<rest>[0-9A-Z]{0,4})\Z", re.ASCII)
_PICKED = re.compile(r"(?P<title>.*\S)\s*\((?P<code>[A-Z0-9.]+)\)\Z", re.ASCII)


def picked(text: str) -> tuple[str, str]:
    """The words and the code of a diagnosis as it is picked, `title (code)`, or as the list calls it, or by its code alone.

    Of other words no code.
    """
    text = text.strip()
    found = _PICKED.match(text)
    if found and titles().get(found["code"]) == found["title"]:
        return found["title"], found["code"]
    if (code := known_code(text)) is not None:
        return name_of(code), code.code
    named = [code for code, title in titles().items() if title.casefold() == text.casefold()]
    return (titles()[named[0]], named[0]) if len(named) == 1 else (text, "")


def name_of(code: Coding) -> str:
    """What a code stands for, in the words of the list; a code that the list does not name stands for itself."""
    return code.display or code.code


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
