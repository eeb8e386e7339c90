"""ICD-10-CM as data: the titles of what is treated here, and which codes exist at all (`literature/icd10cm*.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT

__all__ = ["exists", "titles"]

LONGEST = 4
"""Characters after the point; the last of four is the seventh of a code."""
NOTHING_FOLLOWS = "-"


@data_file(ROOT / "icd10cm.toml")
def titles(file: Table) -> Mapping[str, str]:
    """The ICD-10-CM codes in use of what is treated here, with their titles."""
    return file.texts("codes")


def exists(category: str, rest: str) -> bool:
    """Whether a code, or a group of codes by its beginning, is in the classification: `F33` and `2`, without the point."""
    known = _codes().get(category)
    if known is None:
        return False
    if not rest or any(code.startswith(rest) for code in known):
        return True
    return len(rest) == LONGEST and rest[-1] in known.get(rest[:-1], "")


@data_file(ROOT / "icd10cm_codes.toml")
def _codes(file: Table) -> Mapping[str, Mapping[str, str]]:
    """By category what follows the point, each with the seventh characters that may follow."""
    sevenths, codes = file.texts("sevenths"), file.texts("codes")
    file.finish()
    return {category: _listed(text, sevenths) for category, text in codes.items()}


def _listed(text: str, sevenths: Mapping[str, str]) -> Mapping[str, str]:
    """'001 02a' with a = 'ADS' as {'001': '', '02': 'ADS'}."""
    listed = [each for each in text.split() if each != NOTHING_FOLLOWS]
    return {
        each.rstrip(ascii_lowercase): sevenths[each[-1]] if each[-1] in ascii_lowercase else ""
        for each in listed
    }
