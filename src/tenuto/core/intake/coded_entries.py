"""How an entry of a data file says by which codes and words it is recognised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenuto.core.data import Table
from tenuto.core.sources import Tag

__all__ = ["recognised_by", "without_points"]

_LISTS = ("icd10cm", "snomed", "text", "names")


def recognised_by(entry: Table, id_: str) -> Mapping[str, Any]:
    """The entry for a `Codebook`: `icd10cm` prefixes, `snomed` codes, phrases in `text`, whole texts in `names`.

    `codes_evidence` says how the SNOMED CT codes are known.
    """
    if entry.has("codes_evidence"):
        entry.choice("codes_evidence", Tag)
    return {"id": id_} | {key: entry.words(key) for key in _LISTS if entry.has(key)}


def without_points(codes: tuple[str, ...]) -> frozenset[str]:
    """ICD-10-CM codes as they are compared."""
    return frozenset(code.replace(".", "") for code in codes)
