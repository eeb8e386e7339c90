"""What is said to change how long the effect lasts, with what the evidence says and whether it is used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tenuto.core.literature import table
from tenuto.core.literature.entries import Entry
from tenuto.core.sources import Basis

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


@cache
def factors() -> tuple[Factor, ...]:
    """All factors, those used by the model first."""
    return tuple(_read(id_, raw) for id_, raw in table("factors").items())


def _read(id_: str, raw: dict[str, object]) -> Factor:
    entry = Entry(raw, f"factors.toml [{id_}]")
    used = bool(raw.get("used", False))
    return Factor(
        id=id_,
        name=entry.text("name"),
        says=entry.text("says"),
        used=used,
        how=entry.text("how") if used else "",
        said_by=entry.names("said_by"),
        basis=entry.basis(),
    )
