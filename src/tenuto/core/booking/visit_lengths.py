"""How long visits take that are no infusion; the file is `literature/visits.toml`."""

from __future__ import annotations

from collections.abc import Mapping

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import basis_of

__all__ = ["visit_minutes"]


@data_file(ROOT / "visits.toml")
def visit_minutes(file: Table) -> Mapping[str, int]:
    """Whole minutes by kind of visit. Source: `visits.toml`, ours [D]."""
    found = {}
    for each in file.tables("visit"):
        basis_of(each)
        found[each.text("id")] = each.whole("minutes")
    return found
