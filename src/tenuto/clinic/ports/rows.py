"""The frozen values that the api of the ports hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tenuto.clinic.accounts.roles import Role

__all__ = ["HOLDS_UP", "HoldRow", "TaskRow", "WindowRow"]

HOLDS_UP = "booking"
"""The stage that a hold keeps from going on."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open task: what, for whom, by when and why. `patient_id` is None for a task about no one patient."""

    id: UUID
    patient_id: UUID | None
    patient_name: str
    kind: str
    why: str
    owner_role: Role
    owner_id: int | None
    owner_name: str
    due: datetime
    opened_by_name: str
    opened_at: datetime

    def is_late(self, now: datetime) -> bool:
        """True when it was due before `now`."""
        return self.due < now


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold in force: why the patient may not be booked, until which day (None: until it is lifted)."""

    id: UUID
    patient_id: UUID
    why: str
    until: date | None
    placed_by_name: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class WindowRow:
    """The days between which the patient should be booked, both included."""

    id: UUID
    patient_id: UUID
    opens: date
    closes: date
    why: str
    set_by_name: str
    set_at: datetime
