"""A plan is written down as the person at the page saw it: as a draft, which can be signed and never changed."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.api import DecisionRow
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.changes import Written, changes
from tenuto.clinic.plan.document import document_of, document_sha256, document_text
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.proposing import Grounds, grounds
from tenuto.clinic.plan.stopped import no_draft
from tenuto.clinic.policies.api import keep_rules
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.facts_json import facts_to_json
from tenuto.core.plan.order import Order, OrderedFor, PinnedDecision, order_of, order_sha256, order_text
from tenuto.core.plan.proposal import START_PAST, Proposal
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.sentences import LONGEST_REASON, check_length

__all__ = [
    "NOT_COMPLETE",
    "Built",
    "DraftRefused",
    "PlanConflict",
    "build",
    "draft",
    "keep_draft",
    "moved",
    "rebuilt",
    "start_past",
    "written",
]


NOT_COMPLETE = (
    "The order is not complete: choose the vial and the total volume first. Nobody could prepare it."
)


class DraftRefused(ValueError):
    """There is nothing that could be signed. The text says why; nothing was kept."""


class PlanConflict(Exception):
    """Something moved since the page was shown. Nothing was kept or signed; `changes` says what moved.

    `theirs` is the version that somebody else made in the meantime; the changes are then from theirs to one's own.
    """

    def __init__(
        self, text: str, moved: tuple[Difference, ...] = (), *, theirs: PlanVersion | None = None
    ) -> None:
        super().__init__(text)
        self.changes, self.theirs = moved, theirs


@dataclass(frozen=True, slots=True)
class Built:
    """A plan put together from what is known now and what was asked for."""

    grounds: Grounds
    proposal: Proposal
    order: Order
    sha256: str
    """The digest of the order: what a page was shown with, and what is signed."""

    @property
    def signable(self) -> bool:
        """Whether there is a dose to order, and nobody would have to override a REFUSE."""
        return self.proposal.orderable is not None

    @property
    def written(self) -> Written:
        """The order with the words in which it is shown now. Costs as much as a page."""
        found = self.grounds
        words = document_of(self.proposal, state=found.state, infusions=found.given(anew=self.order.anew))
        return Written(self.order, found.state.facts, words)


def build(found: Grounds, request: PlanRequest, *, anew: bool = False) -> Built:
    """The plan that was asked for; `anew` begins a series instead of going on with the running one.

    The day and the clinic days that count today are written into the request. Raises PlanRequestError.
    """
    state = found.state
    settled = request.settled(as_of=state.as_of, clinic_days=state.policy.clinic_days)
    proposal = found.proposal(settled, anew=anew)
    order = order_of(
        proposal,
        state.facts,
        patient=_ordered_for(found.patient),
        facts_sha256=state.facts_sha256,
        decision=_pinned(state.decision),
        anew=anew,
    )
    return Built(found, proposal, order, order_sha256(order))


def rebuilt(version: PlanVersion, *, as_of: date | None = None) -> Built:
    """The same request on what is known, judged as of today or of another day. PlanConflict when it can't even be asked for any more."""
    try:
        return build(grounds(version.patient, as_of=as_of), version.order.request, anew=version.order.anew)
    except PlanRequestError as error:
        raise PlanConflict(f"This plan can't be worked out any more: {error}") from error


def written(version: PlanVersion) -> Written:
    """A kept version with its own words."""
    return Written(version.order, version.facts, version.document)


@transaction.atomic
def draft(
    *,
    patient: Patient,
    request: PlanRequest,
    anew: bool = False,
    seen: str,
    why: str,
    by: Staff,
    at: datetime,
    newest: int | None = None,
) -> PlanVersion:
    """Keep the plan that was asked for, as shown with the digest `seen`.

    `newest` is the number of the newest version that the page knew of, 0 for none; None when there was no page. A
    draft made while a version is in force revises it. Raises DraftRefused, PlanConflict, PlanRequestError and
    PermissionError.
    """
    check_same_clinic(by, patient)
    # One draft or signature of a patient at a time; the number follows from what is there.
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    built = build(grounds(patient, as_of=clock.day_of(patient.clinic, at)), request, anew=anew)
    force = built.grounds.in_force
    if not may(by, "plan.revise" if force else "plan.sign"):
        raise PermissionError(f"{by} may not put a plan up for signature. Ask a prescriber.")
    if built.sha256 != seen:
        raise PlanConflict(
            "Something was recorded since this page was shown. The plan is worked out anew: read it again."
        )
    if stops := no_draft(built.grounds.state):
        raise DraftRefused(stops)
    _check_newest_draft(built, newest)
    return keep_draft(built, why=why, by=by, at=at)


def keep_draft(built: Built, *, why: str, by: Actor, at: datetime) -> PlanVersion:
    """The draft of what was built, in the transaction that holds the patient. Raises DraftRefused without a dose."""
    if not built.signable:
        raise DraftRefused("There is no dose to order yet. See the findings and the options, then try again.")
    if built.proposal.to_choose:
        raise DraftRefused(NOT_COMPLETE)
    if past := start_past(built):
        raise DraftRefused(past)
    force = built.grounds.in_force
    version = _row(built, force, why, by, at)
    keep_rules(at=at)
    version.save()
    detail = {
        "version": version.number,
        "revises": force.number if force else None,
        "content": version.content_sha256,
        "document": version.document_sha256,
        "gate": version.gate_level,
    }
    record(action="drafted plan", subject=version, by=by, at=at, detail=detail)
    return version


def start_past(built: Built) -> str:
    """Why a plan with an infusion on a day that is over is neither put up for signature nor signed; empty when it may be."""
    return " ".join(found.message for found in built.proposal.gate.findings if found.code == START_PAST)


def _pinned(decision: DecisionRow | None) -> PinnedDecision | None:
    if decision is None:
        return None
    return PinnedDecision(str(decision.id), decision.outcome, decision.facts_sha256)


def _ordered_for(patient: Patient) -> OrderedFor:
    number = patient.record_number
    return OrderedFor(str(patient.pk), patient.name, patient.birth_date, (number,) if number else ())


def _check_newest_draft(built: Built, known: int | None) -> None:
    """Two people who draft at once both keep what they chose: the second is shown the first one's draft."""
    latest = built.grounds.versions[0] if built.grounds.versions else None
    if known is None or latest is None or latest.number <= known:
        return
    raise PlanConflict(
        f"{latest.recorded_by_name} drafted version {latest.number} in the meantime. Yours was not drafted.",
        changes(written(latest), built.written),
        theirs=latest,
    )


def _row(built: Built, force: PlanVersion | None, why: str, by: Actor, at: datetime) -> PlanVersion:
    order, state = built.order, built.grounds.state
    if order.protocol is None:
        raise DraftRefused("A plan needs a protocol.")
    newest = max((version.number for version in built.grounds.versions), default=0)
    goes_on = force is not None and not order.anew
    words = document_text(built.written.document)
    return PlanVersion(
        patient=built.grounds.patient,
        number=newest + 1,
        series=force.series if force is not None and goes_on else uuid.uuid4(),
        revises=force,
        protocol_id=order.protocol.id,
        protocol_version=order.protocol.version,
        protocol_sha256=order.protocol.sha256,
        policy_id=order.policy.id,
        policy_version=order.policy.version,
        policy_sha256=order.policy.sha256,
        rules_sha256=order.rules_sha256,
        decision_id=state.decision.id if state.decision else None,
        as_of=state.as_of,
        facts_json=json.dumps(facts_to_json(state.facts), sort_keys=True),
        facts_sha256=state.facts_sha256,
        gate_level=order.gate,
        content_json=order_text(order),
        content_sha256=built.sha256,
        document_json=words,
        document_sha256=document_sha256(words),
        why=check_length(why, LONGEST_REASON, refused=DraftRefused),
        **recorded(by, at),
    )


def moved(version: PlanVersion, now: Built) -> tuple[Difference, ...]:
    """What differs between a kept version and the same plan worked out now."""
    return changes(written(version), now.written)
