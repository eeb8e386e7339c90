"""What the rehearsal adds to the spine, the worklist and the pages of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.intake.api import states
from tenuto.clinic.pathway.api import Batch, Contribution, Place, Rank, Turn
from tenuto.clinic.rehearsal.api import rehearsed

DUE = Turn(
    stage="rehearsal", kind="Rehearsal to hold", mark="due", why="Accepted, and has not tried the room yet.",
    owner=Role.NURSE, next_step="Hold it", target="rehearsal:page", rank=Rank.DECIDE,
)  # fmt: skip


def places(batch: Batch) -> Mapping[UUID, Place]:
    """Held, or due once intake has accepted the patient."""
    held = rehearsed(batch)
    found = {patient: Place("here", "To hold") for patient, state in states(batch).items() if state.accepted}
    return found | dict.fromkeys(held, Place("done", "Held"))


def turns(batch: Batch) -> Mapping[UUID, Turn | None]:
    """A nurse holds it."""
    held = rehearsed(batch)
    return {
        patient: DUE for patient, state in states(batch).items() if state.accepted and patient not in held
    }


CONTRIBUTION = Contribution(
    room="rehearsal", after="plan", page="rehearsal:page", places=places, turns=turns,
    patient_urls="tenuto.clinic.rehearsal.urls",
)  # fmt: skip
