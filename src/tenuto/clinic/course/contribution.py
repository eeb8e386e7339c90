"""What the account of the course adds to the pages of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tenuto.clinic.course.services.accounts import accounts
from tenuto.clinic.course.services.next_steps import next_steps
from tenuto.clinic.pathway.api import Batch, Contribution, Place, State
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.due import CoursePhase

__all__ = ["CONTRIBUTION"]

IN_MAINTENANCE = "Maintenance"


def stands(batch: Batch) -> Mapping[UUID, Mapping[str, Place]]:
    """Booking, infusion and recovery, from the infusions on record; nothing before the first one."""
    return {patient: _stands(account) for patient, account in accounts(batch).items() if account.given}


def _stands(account: CourseAccount) -> Mapping[str, Place]:
    given, running = len(account.given), account.phase is CoursePhase.INDUCTION
    state: State = "here" if running or account.phase is CoursePhase.MAINTENANCE else "done"
    planned = account.signed.infusions if account.signed else 0
    of = f"{given} of {planned} given" if running and planned else f"{given} given"
    return {
        "booking": Place(
            state, "Series running" if running else "Series over" if state == "done" else IN_MAINTENANCE
        ),
        "infusion": Place(state, of),
        "recovery": Place(state, f"{given} recorded"),
    }


CONTRIBUTION = Contribution(room="course", next_steps=next_steps, stands=stands)
