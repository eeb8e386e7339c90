"""What patients read before and after a visit: versioned text of our own, each section with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tenuto.core.literature import folder, table
from tenuto.core.sources import Basis, basis_from

__all__ = ["Leaflet", "Section", "leaflet", "leaflets"]


@dataclass(frozen=True, slots=True)
class Section:
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
    sections: tuple[Section, ...]


@cache
def leaflets() -> tuple[Leaflet, ...]:
    """All leaflets in reading order: before, during, after, and how it may work."""
    data = sorted((table(name) for name in folder("education")), key=lambda entry: int(entry["order"]))
    return tuple(
        Leaflet(
            id=entry["id"],
            version=entry["version"],
            title=entry["title"],
            summary=entry["summary"],
            sections=tuple(
                Section(s["heading"], tuple(s["text"]), basis_from(s, where=f"{entry['id']}: {s['heading']}"))
                for s in entry["sections"]
            ),
        )
        for entry in data
    )


def leaflet(leaflet_id: str) -> Leaflet:
    """The leaflet with this id; KeyError names an unknown one."""
    for found in leaflets():
        if found.id == leaflet_id:
            return found
    raise KeyError(
        f"There is no leaflet '{leaflet_id}'. There are {', '.join(found.id for found in leaflets())}."
    )
