"""Who can stand behind an audit event: a member of staff, a patient who holds a link, the system, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

__all__ = ["NOBODY", "SYSTEM", "Actor", "Machine", "Someone"]


class Actor(Protocol):
    """A person who acts: known by id and name, usually working for one clinic. `zone` is the zone of its clock."""

    @property
    def pk(self) -> Any: ...

    @property
    def clinic_id(self) -> UUID | None: ...

    @property
    def audit_name(self) -> str: ...

    @property
    def zone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Someone:
    """An actor without a sign-in, such as the patient who opened a link."""

    pk: str
    clinic_id: UUID | None
    audit_name: str
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Machine:
    """The running program, acting in one clinic by a rule of its own: a nightly job, a safety clock, a forecast."""

    clinic_id: UUID
    rule: str
    zone: str

    @property
    def pk(self) -> str:
        """The same for every machine; an audit event names the rule."""
        return "machine"

    @property
    def audit_name(self) -> str:
        """Which rule acts."""
        return f"{PROGRAM}{self.rule}"


PROGRAM = "Tenuto, "


def for_people(recorded_by_name: str) -> str:
    """The name of who recorded something, as staff read it: of a rule of the program only that it was the program.

    The audit names the rule.
    """
    return "Tenuto itself" if recorded_by_name.startswith(PROGRAM) else recorded_by_name


NOBODY = Someone("", None, "nobody signed in")
"""Behind a failed sign-in."""

SYSTEM = Someone("system", None, "Tenuto itself")
"""Behind what the running program does on its own, such as the sweep of the outbox."""
