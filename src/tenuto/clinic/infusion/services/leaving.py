"""What follows when a patient has left: a call on the next day, and one today where it was not by criteria."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.ports.api import open_task
from tenuto.clinic.ui.words import day
from tenuto.core.infusion.entries import Leaving, PatientLeft
from tenuto.core.literature.tasks import task_kind

__all__ = ["HOW", "LEFT", "NEXT_DAY", "follow_up"]

NEXT_DAY, LEFT = "recovery.next_day", "recovery.left"
HOW = {
    Leaving.BY_CRITERIA: "Discharged by criteria",
    Leaving.REASONED: "Discharged with a prescriber's reason",
    Leaving.AGAINST_ADVICE: "Left against advice",
    Leaving.TRANSFERRED: "Transferred",
}


def follow_up(*, session: Session, what: PatientLeft, left_at: datetime, by: Staff, at: datetime) -> None:
    """Open the calls that a departure asks for, each once for a session; only that the patient was reached ends them."""
    asked = {NEXT_DAY: f"Infusion of {day(session.held_on)}. {task_kind(NEXT_DAY).why}"}
    if what.how is not Leaving.BY_CRITERIA:
        reason = what.reason.rstrip(".")
        asked[LEFT] = f"{HOW[what.how]}{f': {reason}' if reason else ''}. {task_kind(LEFT).why}"
    for kind, why in asked.items():
        known = task_kind(kind)
        open_task(
            patient=session.patient,
            kind=kind,
            why=why,
            owner_role=Role(known.owner),
            key=f"{kind}:{session.pk}",
            due=left_at + known.within,
            by=by,
            at=at,
        )
