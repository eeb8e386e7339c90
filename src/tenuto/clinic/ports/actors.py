"""Who may write into the ports: staff whose role allows it, and a machine in the clinic that it acts for."""

from __future__ import annotations

from uuid import UUID

from tenuto.clinic.accounts.api import may, refusal
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import Actor, Machine
from tenuto.clinic.people.models import Patient

__all__ = ["check_may", "clinic_of"]

MACHINE_MAY = frozenset({"window.set", "hold.place", "hold.lift", "task.close"})
"""All that a machine may do: a job at night sets windows, places and lifts its own holds, ends what it opened."""


def clinic_of(by: Actor) -> UUID:
    """The clinic that somebody acts in. Raises ValueError for an actor that belongs to none."""
    if by.clinic_id is None:
        raise ValueError(f"{by.audit_name} belongs to no clinic, and this does. Act for a clinic.")
    return by.clinic_id


def check_may(by: Actor, verb: str, *people: Patient | Staff | None) -> UUID:
    """The clinic of `by`, who may do `verb` to these people. Raises PermissionError and WrongClinic."""
    check_same_clinic(by, *people)
    clinic = clinic_of(by)
    if isinstance(by, Machine) and verb in MACHINE_MAY:
        return clinic
    if not isinstance(by, Staff):
        raise PermissionError(f"{by.audit_name} may not do '{verb}': a person has to.")
    if not may(by, verb):
        raise PermissionError(refusal(by, verb))
    return clinic
