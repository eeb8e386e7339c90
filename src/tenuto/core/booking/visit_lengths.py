"""How long visits take that are no infusion, and what the patient reads of them; the file is `literature/visits.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import basis_of

__all__ = ["OtherVisit", "other_visits", "visit_minutes"]


@dataclass(frozen=True, slots=True)
class OtherVisit:
    """A visit that is no infusion, as the file has it; no word of it says what somebody is treated for."""

    minutes: int
    title: str
    """What the patient reads behind its link."""
    before: str
    """What to do before it."""


@data_file(ROOT / "visits.toml")
def other_visits(file: Table) -> Mapping[str, OtherVisit]:
    """By kind of visit. Source: `visits.toml`, ours [D]."""
    found = {}
    for each in file.tables("visit"):
        basis_of(each)
        found[each.text("id")] = OtherVisit(each.whole("minutes"), each.text("title"), each.text("before"))
    return found


def visit_minutes() -> Mapping[str, int]:
    """Whole minutes by kind of visit. Source: `visits.toml`, ours [D]."""
    return {kind: visit.minutes for kind, visit in other_visits().items()}
