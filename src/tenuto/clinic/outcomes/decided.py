"""Which decisions are due about the courses of a batch, from their accounts and the reviews on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.course.api import accounts
from tenuto.clinic.ledger.rows import rows_among
from tenuto.clinic.outcomes.models import CourseReview
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.policies.api import policy_for
from tenuto.core.outcomes.decisions import CourseReviewed, DueDecision, ReviewKind, decisions_due

__all__ = ["decisions", "reviews"]


def decisions(batch: Batch) -> Mapping[UUID, Sequence[DueDecision]]:
    """The decisions that are due about each patient of a batch; who has none is left out. One query beside the accounts."""
    return batch.once(_decisions)


def reviews(batch: Batch) -> Mapping[UUID, Sequence[CourseReview]]:
    """The reviews of each patient, oldest first. One query."""
    return batch.once(_reviews)


def _decisions(batch: Batch) -> Mapping[UUID, Sequence[DueDecision]]:
    policy, found = batch.once(policy_for), {}
    courses = accounts(batch)
    # Most of a clinic's patients have no course yet, and so nothing to review.
    known = reviews(batch) if any(account.signed or account.given for account in courses.values()) else {}
    for patient, account in courses.items():
        held = [_reviewed(row) for row in known.get(patient, ())]
        if due := decisions_due(account, held, policy):
            found[patient] = due
    return found


def _reviews(batch: Batch) -> Mapping[UUID, Sequence[CourseReview]]:
    found: dict[UUID, list[CourseReview]] = defaultdict(list)
    patients = [patient.pk for patient in batch.patients]
    for row in rows_among(CourseReview, patients):
        found[row.patient_id].append(row)
    return found


def _reviewed(row: CourseReview) -> CourseReviewed:
    return CourseReviewed(ReviewKind(row.kind), row.recorded_on, row.given)
