"""The kinds of adverse event that are charted, and what each asks for; the file is `literature/adverse_events.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["AdverseEventKind", "EventAsks", "adverse_event_kinds"]


class EventAsks(StrEnum):
    """What an event asks for whatever the numbers say."""

    NONE = "none"
    WATCH = "watch"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class AdverseEventKind:
    """One kind, such as nausea."""

    id: str
    title: str
    asks: EventAsks
    with_pressure: bool
    """Whether it stops the infusion together with a raised blood pressure."""
    basis: Basis
    effect: str = ""
    """Id of the side effect as which the course keeps it; empty where it is none of those."""
    seen: bool = False
    """Whether a prescriber sees the patient after it before they go home."""


@data_file(ROOT / "adverse_events.toml")
def adverse_event_kinds(file: Table) -> Mapping[str, AdverseEventKind]:
    """Every kind by its id, in the order in which they are offered."""
    found = (
        AdverseEventKind(
            each.text("id"),
            each.text("title"),
            each.choice("asks", EventAsks),
            each.flag("with_pressure"),
            basis_of(each),
            each.text("effect", ""),
            each.flag("seen", default=False),
        )
        for each in file.tables("event")
    )
    return {kind.id: kind for kind in found}
