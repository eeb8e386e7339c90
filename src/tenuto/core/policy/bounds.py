"""How far a clinic's policy may go at all. No signature helps above or below: such a value is a slip or an attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from tenuto.core.data import Table, data_file
from tenuto.core.sources import Basis, Tag, basis_of

__all__ = ["Bound", "bound_of", "bounds"]

LONGEST_SHOWN = 20
FACTOR = Decimal(10)
"""A limit without a bound of its own may lie within a tenth and ten times what ships: a slip of the decimal point."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the greatest value that a limit may have, in the limit's own unit; None where nothing bounds it."""

    least: Decimal | None
    most: Decimal | None
    basis: Basis
    far: Decimal | None = None
    """Beyond it a value is a slip, also on the side where it is harmless: nobody would be treated any more."""

    def refusal(self, value: Decimal) -> str:
        """Why a value can't stand, to follow the name of the limit; empty when it can."""
        note = f" ({self.basis.note})" if self.basis.note else ""
        if self.far is not None and value > self.far:
            return f"is {_shown(value)}; no policy may go above {self.far}, whoever signs it (ten times what ships)"
        if self.most is not None and value > self.most:
            return f"is {_shown(value)}; no policy may go above {self.most}, whoever signs it{note}"
        if self.least is not None and value < self.least:
            return f"is {_shown(value)}; no policy may go below {self.least}, whoever signs it{note}"
        return ""


def bound_of(key: str, shipped: Decimal) -> Bound:
    """The bound of a limit whose shipped value is `shipped`."""
    found = bounds().get(key)
    if found is not None:
        return replace(found, far=shipped * FACTOR) if found.most is None else found
    note = "within a tenth and ten times what ships"
    return Bound(shipped / FACTOR, shipped * FACTOR, Basis((Tag.D,), note=note))


def _shown(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}... ({len(text)} digits)"


@data_file(Path(__file__).with_name("bounds.toml"))
def bounds(file: Table) -> Mapping[str, Bound]:
    """The bounds that are listed, by limit."""
    return {key: _bound(entry) for key, entry in file.table("bounds").named().items()}


def _bound(entry: Table) -> Bound:
    least = entry.exact("least") if entry.has("least") else None
    most = entry.exact("most") if entry.has("most") else None
    return Bound(least, most, basis_of(entry))
