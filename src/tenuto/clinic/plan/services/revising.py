"""Proposing a revision of the plan in force: by a later stage, a machine or a prescriber. Only a prescriber's signature counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.actors import Actor, Machine
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.drafting import Built, DraftRefused, build, keep_draft
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.versions import standing
from tenuto.clinic.ports.api import open_by_rule
from tenuto.core.literature.tasks import REVISION_TO_SIGN, task_kind
from tenuto.core.plan.request import PlanRequest
from tenuto.core.sentences import check_reason

__all__ = ["ProposedRevision", "RevisionRefused", "check_may_propose", "propose_revision"]


class RevisionRefused(ValueError):
    """There is nothing to propose, or not now. The text says why; nothing was kept."""


@dataclass(frozen=True, slots=True)
class ProposedRevision:
    """The draft that a proposal came to, and where it stands: waiting, declined, or signed in the meantime."""

    version_id: UUID
    number: int
    status: Status
    revises: int


@transaction.atomic
def propose_revision(
    *, patient: Patient, request: PlanRequest, why: str, by: Actor, at: datetime
) -> ProposedRevision:
    """Put a revision of the plan in force up for a prescriber, who signs or declines it; both are on record.

    The same revision again is the draft that is there, also when it was declined: nothing is kept twice, and what a
    prescriber declined is not asked again on the same facts. A draft that waits is not displaced. Raises
    RevisionRefused, PlanRequestError and PermissionError.
    """
    check_may_propose(by, patient)
    why = check_reason(why, "Say why the plan should be revised, in one sentence.", refused=RevisionRefused)
    # One draft or signature of a patient at a time; the number follows from what is there.
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    built = build(grounds(patient, as_of=clock.day_of(patient.clinic, at)), request)
    force = built.grounds.in_force
    if force is None:
        raise RevisionRefused("No plan is in force, so there is nothing to revise.")
    if (known := _known(built)) is not None:
        return _row(known, built)
    waiting = _waiting(built)
    if waiting is not None:
        raise RevisionRefused(
            f"Draft {waiting.number} by {waiting.recorded_by_name} waits for a signature. Propose again once it is decided."
        )
    try:
        version = keep_draft(built, why=why, by=by, at=at)
    except DraftRefused as refused:
        raise RevisionRefused(str(refused)) from refused
    open_by_rule(
        task_kind(REVISION_TO_SIGN),
        patient=patient,
        why=why,
        target=str(version.pk),
        by=by,
        at=at,
    )
    return ProposedRevision(version.pk, version.number, Status.DRAFT, force.number)


def check_may_propose(by: Actor, patient: Patient) -> None:
    """Raise PermissionError unless `by` may put a revision up: a machine of the clinic, or who may revise."""
    check_same_clinic(by, patient)
    if isinstance(by, Machine) or (isinstance(by, Staff) and may(by, "plan.revise")):
        return
    raise PermissionError(f"{by.audit_name} may not propose a revision. Ask a prescriber.")


def _known(built: Built) -> PlanVersion | None:
    """A version with exactly this order that was made since the one in force, or is it."""
    force = built.grounds.in_force
    since = [v for v in built.grounds.versions if force is not None and v.number >= force.number]
    return next((v for v in since if v.content_sha256 == built.sha256), None)


def _waiting(built: Built) -> PlanVersion | None:
    versions = built.grounds.versions
    return next((v for v in versions if standing(v, versions) is Status.DRAFT), None)


def _row(version: PlanVersion, built: Built) -> ProposedRevision:
    force = built.grounds.in_force
    status = standing(version, built.grounds.versions)
    return ProposedRevision(version.pk, version.number, status, force.number if force else 0)
