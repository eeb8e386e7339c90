"""A plan is written down as the person at the page saw it: as a draft, which can be signed and never changed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import QueryDict

from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.api import may
from tenuto.clinic.people.models import Patient, Staff
from tenuto.clinic.people.services import require_same_clinic
from tenuto.clinic.plan.changes import Change, changes
from tenuto.clinic.plan.content import canonical, content_of, digest_of
from tenuto.clinic.plan.forms import OptionsForm
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.proposing import Grounds, grounds
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.request import PlanRequest, PlanRequestError

__all__ = ["Built", "DraftRefused", "PlanConflict", "build", "draft", "moved", "rebuilt"]


class DraftRefused(ValueError):
    """There is nothing that could be signed. The text says why; nothing was kept."""


class PlanConflict(Exception):
    """Something moved since the page was shown. Nothing was kept or signed; `changes` says what moved.

    `theirs` is the version that somebody else made in the meantime; the changes are then from theirs to one's own.
    """

    def __init__(
        self, text: str, moved: tuple[Change, ...] = (), *, theirs: PlanVersion | None = None
    ) -> None:
        super().__init__(text)
        self.changes, self.theirs = moved, theirs


@dataclass(frozen=True, slots=True)
class Built:
    """A plan put together from what is known now and the options of an address."""

    grounds: Grounds
    form: OptionsForm
    proposal: Proposal
    content: dict[str, Any]
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the content: what a page was shown with, and what is signed."""
        return digest_of(self.text)

    @property
    def signable(self) -> bool:
        """Whether there is a dose to order, and nobody would have to override a REFUSE."""
        return self.proposal.orderable is not None and not self.form.errors


def build(found: Grounds, query: QueryDict) -> Built:
    """The plan with the options of `query`; the bare one, with the error on the form, when they can't be used."""
    policy, today = found.state.policy, found.state.as_of
    form = OptionsForm(query, policy=policy, today=today)
    try:
        request, anew = form.request(), form.anew
        proposal = found.proposal(request, anew=anew)
    except PlanRequestError as error:
        form.add_error(None, str(error))
        anew = False
        proposal = found.proposal(PlanRequest())
    content = content_of(
        proposal,
        patient=found.patient,
        state=found.state,
        reports=found.given(anew=anew),
        options="" if form.errors else form.kept(),
    )
    return Built(found, form, proposal, content, canonical(content))


def rebuilt(version: PlanVersion) -> Built:
    """The same options on what is known now."""
    return build(grounds(version.patient), QueryDict(version.content["options"]))


@transaction.atomic
def draft(
    *,
    patient: Patient,
    query: QueryDict,
    seen: str,
    why: str,
    by: Staff,
    at: datetime,
    newest: int | None = None,
) -> PlanVersion:
    """Keep the plan with the options of `query`, as shown with the digest `seen`.

    `newest` is the number of the newest version that the page knew of, 0 for none; None when there was no page. A
    draft made while a version is in force revises it. Raises DraftRefused, PlanConflict and PermissionError.
    """
    require_same_clinic(by, patient)
    # One draft or signature of a patient at a time; the number follows from what is there.
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    built = build(grounds(patient), query)
    force = built.grounds.in_force
    if not may(by, "plan.revise" if force else "plan.sign"):
        raise PermissionError(f"{by} may not put a plan up for signature. Ask a prescriber.")
    if not built.signable:
        raise DraftRefused("There is no dose to order yet. See the gate and the options, then try again.")
    if built.sha256 != seen:
        raise PlanConflict(
            "Something was recorded since this page was shown. The plan is worked out anew: read it again."
        )
    _require_newest(built, newest)
    version = _row(built, force, why, by, at)
    version.save()
    detail = {
        "version": version.number,
        "revises": force.number if force else None,
        "content": version.content_sha256,
        "gate": version.gate_level,
    }
    record(action="drafted plan", subject=version, by=by, at=at, detail=detail)
    return version


def _require_newest(built: Built, known: int | None) -> None:
    """Two people who draft at once both keep what they chose: the second is shown the first one's draft."""
    latest = built.grounds.versions[0] if built.grounds.versions else None
    if known is None or latest is None or latest.number <= known:
        return
    raise PlanConflict(
        f"{latest.recorded_by_name} drafted version {latest.number} in the meantime. Yours was not drafted.",
        changes(latest.content, built.content),
        theirs=latest,
    )


def _row(built: Built, force: PlanVersion | None, why: str, by: Staff, at: datetime) -> PlanVersion:
    plan, policy, state = built.proposal.protocol, built.proposal.policy, built.grounds.state
    if plan is None:
        raise DraftRefused("A plan needs a protocol.")
    newest = max((version.number for version in built.grounds.versions), default=0)
    goes_on = force is not None and not built.form.anew
    return PlanVersion(
        patient=built.grounds.patient,
        number=newest + 1,
        series=force.series if force is not None and goes_on else uuid.uuid4(),
        revises=force,
        protocol_id=plan.id,
        protocol_version=plan.version,
        protocol_sha256=plan.sha256,
        policy_id=policy.id,
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        decision_id=state.decision.id if state.decision else None,
        facts_sha256=state.facts_sha256,
        gate_level=built.proposal.gate.level.name,
        content_json=built.text,
        content_sha256=built.sha256,
        why=why.strip(),
        recorded_by_name=by.audit_name,
        recorded_at=at,
    )


def moved(version: PlanVersion, now: Built) -> tuple[Change, ...]:
    """What differs between a kept version and the same plan worked out now."""
    return changes(version.content, now.content)
