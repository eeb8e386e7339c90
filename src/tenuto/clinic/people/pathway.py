"""Where a patient is in the pathway. Each stage tells its own part, so that an earlier stage can show a later one
without knowing it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

__all__ = ["Told", "tells", "told"]

Told = tuple[str, str, str]
"""State, words and address of a stage, as `ui.components.spine` takes them."""
Teller = Callable[[UUID], Told | None]

_tellers: dict[str, Teller] = {}


def tells(stage: str, teller: Teller) -> None:
    """Let `teller` say where a patient is in `stage`; None while there is nothing to say. Once, at the start."""
    _tellers[stage] = teller


def told(stage: str, patient_id: UUID) -> Told | None:
    """What the stage says of this patient; None when it says nothing, or does not exist yet."""
    teller = _tellers.get(stage)
    return teller(patient_id) if teller else None
