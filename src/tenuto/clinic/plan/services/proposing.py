"""The plan of a patient, computed live from everything that is known. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from uuid import UUID

from tenuto.clinic.course.api import RecordedInfusion, infusions_of
from tenuto.clinic.intake.api import IntakeState, KnownFacts, batch_with, current, policy_of
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.versions import in_force, versions_in
from tenuto.core.gate import Gate
from tenuto.core.intake.died import DIED
from tenuto.core.intake.eligibility import Assessment
from tenuto.core.plan.proposal import Proposal, propose
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import Policy

__all__ = ["Grounds", "grounds", "plan_for", "policy_of", "with_acts"]

REMEMBERED = 512
"""Proposals kept in memory. A proposal is a pure function of its arguments, so it never goes stale."""


def plan_for(
    record: KnownFacts, request: PlanRequest, *, policy: Policy, as_of: date, judged: Assessment | None = None
) -> Proposal:
    """The proposal for the facts of a record; REFUSE when the record says that the person has died.

    `judged` is the assessment of the same facts, where it is known. Raises PlanRequestError when the request can't be planned.
    """
    return _planned(_Judged(record, judged), request, policy, as_of)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A record and the assessment that follows from it; two are the same when the records are."""

    record: KnownFacts
    assessment: Assessment | None = field(compare=False)


@lru_cache(maxsize=REMEMBERED)
def _planned(known: _Judged, request: PlanRequest, policy: Policy, as_of: date) -> Proposal:
    record = known.record
    proposal = propose(record.facts, request=request, policy=policy, as_of=as_of, judged=known.assessment)
    return replace(proposal, gate=proposal.gate + Gate.of([DIED])) if record.died else proposal


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a plan of this patient stands on, on the day of its state."""

    patient: Patient
    state: IntakeState
    versions: tuple[PlanVersion, ...]
    """All versions, the newest first."""
    infusions: tuple[RecordedInfusion, ...]
    """The infusions on record, one a day, oldest first."""

    @property
    def batch(self) -> Batch:
        """The patient for the other stages to look at, with what was asked of intake already."""
        batch = batch_with(self.patient, self.state)
        own: Mapping[UUID, Sequence[PlanVersion]] = {self.patient.pk: self.versions}
        batch.keep(versions_in, own)
        return batch

    @property
    def in_force(self) -> PlanVersion | None:
        """The signed version that counts now."""
        return in_force(self.versions)

    def given(self, *, anew: bool = False) -> tuple[RecordedInfusion, ...]:
        """The infusions of the running series; none of them when a series begins anew."""
        force = self.in_force
        if force is None or anew:
            return ()
        return tuple(each for each in self.infusions if each.series == force.series)

    def proposal(self, request: PlanRequest, *, anew: bool = False) -> Proposal:
        """The proposal for a request, with what was given already. Raises PlanRequestError."""
        if self.state.record is None:
            raise ValueError("Nothing is recorded about this patient, so there is nothing to plan on.")
        given = tuple(each.on for each in self.given(anew=anew))
        earlier = tuple(each.infusion for each in self.infusions)
        full = replace(request, given=given, earlier=earlier)
        state = self.state
        return plan_for(
            self.state.record, full, policy=state.policy, as_of=state.as_of, judged=state.assessment
        )


def grounds(patient: Patient, *, as_of: date | None = None) -> Grounds:
    """Facts, versions and infusions of a patient, in a fixed number of queries; as of today, or of another day."""
    infusions = infusions_of(patient.pk)
    state = current(patient, as_of=as_of, infusions=infusions)
    return Grounds(patient, state, with_acts(patient), infusions)


def with_acts(patient: Patient) -> tuple[PlanVersion, ...]:
    """All versions of a patient's plan, the newest first, with what was done to each. One query."""
    found = PlanVersion.objects.filter(patient=patient)
    return tuple(found.select_related("signature", "exception", "withdrawal").order_by("-number"))
