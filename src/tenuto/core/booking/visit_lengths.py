"""How long visits take that are no infusion, and what the patient reads of them; the file is `literature/visits.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import basis_of

__all__ = ["VisitWords", "visit_minutes", "visit_words"]


@dataclass(frozen=True, slots=True)
class VisitWords:
    """What a patient reads of a visit behind its link; no word of it says what somebody is treated for."""

    title: str
    before: str
    """What to do before it."""


@data_file(ROOT / "visits.toml")
def visit_minutes(file: Table) -> Mapping[str, int]:
    """Whole minutes by kind of visit. Source: `visits.toml`, ours [D]."""
    return {each.text("id"): each.whole("minutes") for each in _visits(file)}


@data_file(ROOT / "visits.toml")
def visit_words(file: Table) -> Mapping[str, VisitWords]:
    """Words by kind of visit. Source: `visits.toml`, ours [D]."""
    return {each.text("id"): VisitWords(each.text("title"), each.text("before")) for each in _visits(file)}


def _visits(file: Table) -> Iterator[Table]:
    """All of each entry is read, whoever asks for a part: a key that nobody knows is refused."""
    for each in file.tables("visit"):
        basis_of(each)
        each.whole("minutes"), each.text("title"), each.text("before")
        yield each
