"""The border between clinics, for services: whoever acts, acts on people of their own clinic."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol
from uuid import UUID

from tenuto.clinic.ledger.actors import Actor

__all__ = ["NotForRole", "WrongClinic", "check_same_clinic"]


class NotForRole(PermissionError):
    """Somebody's role may not do `verb`. The text says whom to ask."""

    def __init__(self, sentence: str, verb: str) -> None:
        super().__init__(sentence)
        self.verb = verb


class WrongClinic(PermissionError):
    """Somebody acts on a person of another clinic. A programme error or an attack; never a slip of a user."""


class _OfAClinic(Protocol):
    """A patient or a member of staff."""

    _meta: ClassVar[Any]

    @property
    def clinic_id(self) -> UUID: ...


def check_same_clinic(by: Actor, *people: _OfAClinic | None) -> None:
    """Raise `WrongClinic` unless everyone belongs to the clinic of who acts."""
    for person in people:
        if person is not None and person.clinic_id != by.clinic_id:
            raise WrongClinic(
                f"{by.audit_name} acts on a {person._meta.verbose_name} of another clinic. Nothing was saved."
            )
