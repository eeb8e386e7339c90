"""What is said to change how long the effect lasts, with what the evidence says and whether it is used."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["Factor", "factors"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor. `says` is what is known, `how` what the model does with it when it is `used`."""

    id: str
    name: str
    says: str
    used: bool
    how: str
    said_by: tuple[str, ...]
    basis: Basis


@data_file(ROOT / "factors.toml")
def factors(file: Table) -> tuple[Factor, ...]:
    """All factors, those used by the model first."""
    return tuple(_factor(id_, entry) for id_, entry in file.named().items())


def _factor(id_: str, entry: Table) -> Factor:
    used = entry.flag("used")
    return Factor(
        id=id_,
        name=entry.text("name"),
        says=entry.text("says"),
        used=used,
        how=entry.text("how") if used else "",
        said_by=entry.words("said_by"),
        basis=basis_of(entry),
    )
