"""A prescriber reviews a course: what is decided, and why. It ends what asked for the review."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.api import account
from tenuto.clinic.outcomes.decided import decisions
from tenuto.clinic.outcomes.models import CourseReview
from tenuto.clinic.outcomes.rules import RULE, hold_key
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import active_holds, end_tasks, lift_hold, place_hold
from tenuto.core.literature.tasks import EndsBy
from tenuto.core.outcomes.decisions import ReviewKind
from tenuto.core.sentences import check_reason

__all__ = ["ReviewRefused", "review_course"]


class ReviewRefused(ValueError):
    """This review can't be kept. The text says why; nothing was saved."""


@transaction.atomic
def review_course(
    *, patient: Patient, kind: ReviewKind, outcome: str, reason: str, by: Staff, at: datetime
) -> CourseReview:
    """Keep what was decided on a decision that is due, end its task and lift its hold; to stop places a hold of its own.

    Raises ReviewRefused for a decision that is not due, an unknown outcome or a reason that is no sentence, and
    PermissionError.
    """
    check_same_clinic(by, patient)
    check_role(by, "outcomes.review")
    if outcome not in CourseReview.Outcome.values:
        raise ReviewRefused("Choose what is decided. Nothing was saved.")
    reason = check_reason(reason, "Write in a sentence why. Nothing was saved.", refused=ReviewRefused)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    due = next((each for each in decisions(batch).get(patient.pk, ()) if each.kind is kind), None)
    if due is None:
        raise ReviewRefused(
            "This decision is not due, or somebody has taken it in the meantime. Nothing was saved."
        )
    row = CourseReview(
        patient=patient, kind=kind.value, ground=due.ground, outcome=outcome, reason=reason,
        given=len(account(patient, batch).given),
    )  # fmt: skip
    detail = {"kind": kind.value, "ground": due.ground, "outcome": outcome, "reason": row.reason}
    keep(row, action="reviewed course", by=by, at=at, detail=detail)
    end_tasks(
        patient=patient, ends_by=EndsBy.REVIEW, subject=row, only=lambda task: task.kind == kind.value,
        note=row.reason, by=by, at=at,
    )  # fmt: skip
    for hold in active_holds(patient, on=batch.today):
        if hold.rule == RULE and hold.key.startswith(hold_key(kind)):
            lift_hold(hold=hold.id, why=row.reason, by=by, at=at)
    if outcome == CourseReview.Outcome.STOP:
        place_hold(patient=patient, why=f"The course was stopped: {row.reason}", by=by, at=at)
    return row
