"""The frozen values that the api of the ports hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tenuto.clinic.accounts.roles import Role
from tenuto.core.literature.tasks import task_kind

__all__ = ["HOLDS_UP", "NOBODY_HERE", "HoldRow", "TaskRow", "WindowRow", "given_on_to", "who_ends"]

HOLDS_UP = "booking"
"""The stage that a hold keeps from going on."""

NOBODY_HERE = "nobody of the role is here"


def given_on_to(told: str) -> str:
    """Whom a late task was given on to: a name, or that there was nobody, with the reason."""
    return f"nobody: {NOBODY_HERE}" if told in ("", NOBODY_HERE) else told


def who_ends(kind: str) -> str:
    """'a prescriber or a medical director': whose record ends a task of this kind."""
    may_end = task_kind(kind).may_end
    return " or ".join(f"a {role.label.lower()}" for role in Role if role in may_end)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task: what, for whom, by when and why. `patient_id` is None for a task about no one patient."""

    id: UUID
    patient_id: UUID | None
    patient_name: str
    stage: str
    kind: str
    target: str
    why: str
    owner_role: Role
    owner_id: int | None
    owner_name: str
    due: datetime
    recorded_by_name: str
    recorded_at: datetime
    safety: bool
    """True when no text ends it."""
    told_ids: tuple[int, ...] = ()
    """Who was told because it is late: a second person, then a director."""
    told_names: tuple[str, ...] = ()
    """The same by name."""
    told_nobody: bool = False
    """True when it was given on last to nobody."""

    @property
    def holders(self) -> tuple[str, ...]:
        """Whose it was, one after the other; the last has it now: a late task is whose it was given on to."""
        return (self.owner_name or self.owner_role.label, *self.told_names)

    @property
    def held_by_id(self) -> int | None:
        """Who has it now, where that is a person by name."""
        return self.told_ids[-1] if self.told_ids else self.owner_id

    @property
    def held_before(self) -> str:
        """'Prescriber, then Alice'; empty while the first owner has it."""
        return ", then ".join(self.holders[:-1])

    @property
    def ended_by(self) -> str:
        """'A prescriber or a medical director ends it.' of a task of safety, whoever looks at it; else empty."""
        who = who_ends(self.kind) if self.safety else ""
        return f"{who[0].upper()}{who[1:]} ends it." if who else ""

    @property
    def why_now(self) -> str:
        """Why it is there; whose it was before, and that nobody could be told that it is late."""
        before = (
            f" Given on to {self.holders[-1]}; before that {self.held_before}." if self.told_names else ""
        )
        further = " further" if self.told_names else ""
        nobody = f" Given on{further} to {given_on_to('')}." if self.told_nobody else ""
        return f"{self.why}{before}{nobody}"

    def is_late(self, now: datetime) -> bool:
        """True when it was due before `now`."""
        return self.due < now


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold: why the patient may not be booked, until which day (None: until it is lifted)."""

    id: UUID
    patient_id: UUID
    kind: str
    rule: str
    key: str
    why: str
    until: date | None
    recorded_by_name: str
    recorded_at: datetime
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class WindowRow:
    """The days between which the patient should be booked, both included."""

    id: UUID
    patient_id: UUID
    opens: date
    closes: date
    why: str
    recorded_by_name: str
    recorded_at: datetime
    kind: str = ""
    """Whether it was forecast or decided."""
