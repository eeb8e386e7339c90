"""What troubled the patient last time, and the options for the next visit that a prescriber can order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tenuto.core.literature import table
from tenuto.core.literature.entries import Entry
from tenuto.core.sources import Basis

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


@cache
def side_effects() -> Mapping[str, SideEffect]:
    """All side effects that have options, by id."""
    return {id_: _read(id_, raw) for id_, raw in table("side_effects").items()}


def options_for(effects: Iterable[str]) -> tuple[SideEffect, ...]:
    """The side effects that happened, in the order of the data file, each once.

    Raises KeyError with a sentence when one has no entry.
    """
    wanted = set(effects)
    if unknown := sorted(wanted - set(side_effects())):
        known = ", ".join(side_effects())
        raise KeyError(f"There are no options for '{unknown[0]}'. Known side effects: {known}.")
    return tuple(effect for id_, effect in side_effects().items() if id_ in wanted)


def _read(id_: str, raw: dict[str, Any]) -> SideEffect:
    entry = Entry(raw, f"side_effects.toml [{id_}]")
    options = tuple(
        NextVisitOption(
            e.text("text"), bool(e.raw.get("order", False)), bool(e.raw.get("titration", False)), e.basis()
        )
        for e in entry.parts("options")
    )
    return SideEffect(id_, entry.text("title"), options)
