"""A call that came in, recorded while it lasts: the question on death first, and who goes on from there (hazard H18)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, open_task
from tenuto.clinic.scales.models import IncomingCall
from tenuto.clinic.scales.services.recording import record_form
from tenuto.core.literature.tasks import CALL_BACK, task_kind

__all__ = ["QUESTION", "record_call"]

QUESTION = "suicide_check"
BY_PHONE = "phone"


@transaction.atomic
def record_call(
    *,
    patient: Patient,
    caller: IncomingCall.Caller,
    words: str,
    thoughts: int | None,
    asked: bool,
    owner: Staff | None,
    by: Staff,
    at: datetime,
) -> tuple[IncomingCall, tuple[TaskRow, ...]]:
    """Keep a call, and open the tasks that follow.

    `thoughts` is the stored answer to the suicide question, None where it was asked and not answered. A patient's call in
    which it was not asked counts as not answered. `owner` is given the call to go on with. Raises WrongClinic.
    """
    check_role(by, "scale.record")
    known = asked or caller is IncomingCall.Caller.PATIENT
    recorded = (
        record_form(
            patient=patient,
            instrument_id=QUESTION,
            answers={"1": thoughts},
            taken=clock.day_of(patient.clinic, at),
            answered_by=BY_PHONE,
            by=by,
            at=at,
        )
        if known
        else None
    )
    row = IncomingCall(
        patient=patient, caller=caller, words=words.strip(), form=recorded.form if recorded else None
    )
    keep(row, action="recorded call", by=by, at=at, detail={"caller": caller, "asked": asked})
    tasks = recorded.tasks if recorded else ()
    if owner is not None:
        kind = task_kind(CALL_BACK)
        tasks += (
            open_task(
                patient=patient,
                kind=kind.id,
                why=f"{row.get_caller_display()} called: {row.words}",
                owner_role=Role(owner.role),
                owner=owner,
                due=at + kind.within,
                by=by,
                at=at,
            ),
        )
    return row, tasks
