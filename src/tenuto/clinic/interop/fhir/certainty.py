"""How sure a diagnosis is where that stands beside its code: confirmed, suspected, excluded, past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.data import Table, data_file

__all__ = ["beside_the_code"]


@dataclass(frozen=True, slots=True)
class _Certainty:
    extensions: frozenset[str]
    codes: Mapping[str, str]


@data_file(Path(__file__).with_name("certainty.toml"))
def _table(file: Table) -> _Certainty:
    return _Certainty(frozenset(file.words("extensions")), file.texts("codes"))


def beside_the_code(condition: Element, remarks: Remarks) -> str:
    """`confirmed`, `provisional`, `refuted` or `resolved`; empty when nothing is said. Of several, the least sure one.

    What isn't known here is said, and taken as suspected: it opens nothing.
    """
    concept = condition.one("code") if isinstance(condition.raw.get("code"), dict) else None
    sent = {
        value.text("code")
        for holder in ([concept, *concept.all("coding")] if concept else [])
        for extension in holder.all("extension")
        if extension.text("url") in _table().extensions and (value := extension.one("valueCoding"))
    }
    said = {_table().codes.get(code, "") for code in sent}
    if "" in said or len(said) > 1:
        remarks.add(
            f"{condition.where} has the certainty '{', '.join(sorted(sent))[:40]}', which is not clear; taken as suspected. "
            "Ask whether the person has it."
        )
        return "provisional"
    return said.pop() if said else ""
