"""What patients read before and after a visit: versioned text of our own, each section with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tenuto.core.data import Table, data_folder
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["Leaflet", "LeafletSection", "leaflet", "leaflets"]


@dataclass(frozen=True, slots=True)
class LeafletSection:
    """A heading with its paragraphs."""

    heading: str
    text: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Leaflet:
    """One page for patients. A changed text is a new version."""

    id: str
    version: int
    title: str
    summary: str
    sections: tuple[LeafletSection, ...]
    order: int
    """Its place in reading order."""


@data_folder(ROOT / "education")
def _leaflets(file: Table) -> Leaflet:
    return Leaflet(
        id=file.text("id"),
        version=file.whole("version"),
        title=file.text("title"),
        summary=file.text("summary"),
        sections=tuple(_section(entry) for entry in file.tables("sections")),
        order=file.whole("order"),
    )


def _section(entry: Table) -> LeafletSection:
    return LeafletSection(entry.text("heading"), entry.words("text"), basis_of(entry))


@cache
def leaflets() -> tuple[Leaflet, ...]:
    """All leaflets in reading order: before, during, after, and how it may work."""
    return tuple(sorted(_leaflets.all().values(), key=lambda leaflet: leaflet.order))


def leaflet(leaflet_id: str) -> Leaflet:
    """The leaflet with this id; KeyError names an unknown one."""
    for found in leaflets():
        if found.id == leaflet_id:
            return found
    raise KeyError(
        f"There is no leaflet '{leaflet_id}'. There are {', '.join(found.id for found in leaflets())}."
    )
