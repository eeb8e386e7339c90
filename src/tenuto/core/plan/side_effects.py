"""What troubled the patient last time, and the options for the next visit that a prescriber can order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["NextVisitOption", "SideEffect", "options_for", "side_effects"]


@dataclass(frozen=True, slots=True)
class NextVisitOption:
    """One option. `needs_order`: a medicine, so it is given only on a signed order of its own.

    `is_titration`: a change of dose or duration; which of them are open is for `titration_options` to say.
    """

    text: str
    needs_order: bool
    is_titration: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class SideEffect:
    """A side effect with its options, gentlest first."""

    id: str
    title: str
    options: tuple[NextVisitOption, ...]


@data_file(ROOT / "side_effects.toml")
def side_effects(file: Table) -> Mapping[str, SideEffect]:
    """All side effects that have options, by id."""
    return {
        id_: SideEffect(id_, entry.text("title"), tuple(_option(e) for e in entry.tables("options")))
        for id_, entry in file.named().items()
    }


def options_for(effects: Iterable[str]) -> tuple[SideEffect, ...]:
    """The side effects that happened, in the order of the data file, each once.

    Raises KeyError with a sentence when one has no entry.
    """
    wanted = set(effects)
    if unknown := sorted(wanted - set(side_effects())):
        known = ", ".join(side_effects())
        raise KeyError(f"There are no options for '{unknown[0]}'. Known side effects: {known}.")
    return tuple(effect for id_, effect in side_effects().items() if id_ in wanted)


def _option(entry: Table) -> NextVisitOption:
    return NextVisitOption(entry.text("text"), entry.flag("order"), entry.flag("titration"), basis_of(entry))
