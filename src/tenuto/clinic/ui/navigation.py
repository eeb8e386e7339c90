"""The main menu, and what patients may read. Every room says in its `contribution.py` what of it stands there.

`NAVIGATION` are pages in the menu of staff; `READING` are pages that name nobody and stand at the foot of every page that
a patient gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tenuto.clinic.ui.contributions import modules

__all__ = ["MenuEntry", "entries", "reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """A page in the main menu."""

    key: str
    """What a page calls itself (`here`), so that its entry is marked."""
    label: str
    route: str
    argument: str = ""
    """What the route takes, where it takes something."""
    rank: int
    """Its place in the menu, the lowest first."""
    verb: str = ""
    """Only shown to those who may do this."""
    home: bool = False
    """May be somebody's first page: it is for those who may, and whom no home before it fits."""
    search: bool = False
    """The page on which one searches."""

    @property
    def letter(self) -> str:
        """The key that leads there after `g`: the same for everybody, whatever of the menu they see."""
        return _letters()[self.key]


@cache
def entries() -> tuple[MenuEntry, ...]:
    """The whole menu in order."""
    found = (entry for module in modules() for entry in getattr(module, "NAVIGATION", ()))
    return tuple(sorted(found, key=lambda entry: entry.rank))


@cache
def _letters() -> Mapping[str, str]:
    """The first letter of each label that no entry before it has."""
    found: dict[str, str] = {}
    for entry in entries():
        free = (letter for letter in entry.label.lower() if letter.isalpha() and letter not in found.values())
        found[entry.key] = next(free, "")
    return found


@cache
def reading() -> tuple[MenuEntry, ...]:
    """What patients may read, in order."""
    found = (entry for module in modules() for entry in getattr(module, "READING", ()))
    return tuple(sorted(found, key=lambda entry: entry.rank))
