"""Signing a plan: who, with what authority, and exactly what. Nothing is signed that is not what the facts say now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.intake.api import open_to_dos
from tenuto.clinic.ledger.facts import recorded, signed
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.sealed import check_sealed
from tenuto.clinic.ledger.services import record
from tenuto.clinic.plan.models import PlanException, PlanSignature, PlanVersion, PlanWithdrawal
from tenuto.clinic.plan.services.drafting import Built, PlanConflict, moved, rebuilt, start_past
from tenuto.clinic.plan.status import WORDS, Status
from tenuto.clinic.plan.versions import standing
from tenuto.clinic.ports.api import blocking_tasks_of, end_tasks
from tenuto.core.gate import Authority, GateClosed, Level, Override
from tenuto.core.literature.tasks import EndsBy, task_kind
from tenuto.core.sentences import check_reason, is_sentence

__all__ = ["ReasonMissing", "SigningRefused", "grant_exception", "meaning", "sign", "withdraw"]


class SigningRefused(ValueError):
    """This can't be done now. The text says why and what to do; nothing was signed."""


class ReasonMissing(SigningRefused):
    """A typed reason is wanting."""


def meaning(version: PlanVersion) -> str:
    """The sentence that a signature under this version stands for."""
    return (
        f"I have read the facts, every finding, the dose by both calculations and the dates. I order this plan, "
        f"version {version.number}, for {version.order.patient.name} by this protocol and this policy."
    )


@transaction.atomic
def grant_exception(
    *, version: PlanVersion, reason: str, signature: Reauthentication, at: datetime
) -> PlanException:
    """A medical director lets the BLOCK of a draft pass, with a reason. Someone else signs the plan itself."""
    by = signature.by
    _check_can_sign(version, signature, at, verb="gate.exception")
    now = _check_unchanged(version, at)
    if now.proposal.gate.level is not Level.BLOCK:
        raise SigningRefused(f"The verdict is {version.gate_level}. An exception is only for a BLOCK.")
    why = check_reason(
        reason, "Write why this plan may go on past the BLOCK, in a sentence.", refused=ReasonMissing
    )
    if hasattr(version, "exception"):
        raise SigningRefused(f"{version.exception.recorded_by_name} granted the exception already.")
    row = PlanException.objects.create(
        version=version,
        reason=why,
        **signed(signature, at),
    )
    detail = {"version": version.number, "reason": row.reason, "content": version.content_sha256}
    record(action="granted exception", subject=row, by=by, at=at, detail=detail, kind=EventKind.OVERRIDE)
    return row


@transaction.atomic
def sign(
    *, version: PlanVersion, seen: str, reason: str, signature: Reauthentication, at: datetime
) -> PlanSignature:
    """Sign the content with the digest `seen`.

    The same options are worked out on what is known now; any difference is a PlanConflict and nothing is signed.
    A REVIEW needs the signer's reason, a BLOCK also a medical director's exception, given by somebody else. What is needed
    by the first infusion and is not recorded becomes a task each. Raises SigningRefused, PlanConflict and PermissionError.
    """
    by = signature.by
    _check_can_sign(version, signature, at, verb="plan.revise" if version.revises_id else "plan.sign")
    if seen != version.content_sha256:
        raise PlanConflict("The page you signed shows another content than the version that is kept.")
    now = _check_unchanged(version, at)
    _check_accepted(now)
    _check_nobody_waits(version, by, reason)
    _check_gate_opens(version, now, by, reason, at)
    row = PlanSignature.objects.create(
        version=version,
        meaning=meaning(version),
        reason=reason.strip(),
        content_sha256=version.content_sha256,
        document_sha256=version.document_sha256,
        **signed(signature, at),
    )
    detail = {
        "version": version.number,
        "meaning": row.meaning,
        "method": row.method,
        "reason": row.reason,
        "gate": version.gate_level,
        "content": version.content_sha256,
        "document": version.document_sha256,
        "protocol": f"{version.protocol_id} version {version.protocol_version}",
        "policy": f"{version.policy_id} version {version.policy_version}",
    }
    overridden = now.proposal.gate.level > Level.PASS
    record(
        action="signed plan",
        subject=row,
        by=by,
        at=at,
        detail=detail,
        kind=EventKind.OVERRIDE if overridden else EventKind.WRITE,
    )
    end_tasks(patient=version.patient, ends_by=EndsBy.PLAN, subject=row, by=by, at=at)
    open_to_dos(patient=version.patient, first_day=now.proposal.first_day, by=by, at=at)
    return row


@transaction.atomic
def withdraw(*, version: PlanVersion, reason: str, by: Staff, at: datetime) -> PlanWithdrawal:
    """Take a signed version back, or decline a draft. Stopping asks for a reason and for nothing else.

    It ends the tasks about this version, and what it still needed. Raises SigningRefused and PermissionError.
    """
    check_same_clinic(by, version.patient)
    if not may(by, "plan.revise"):
        raise PermissionError(f"{by} may not withdraw a plan. Ask a prescriber.")
    # Nobody signs and declines at once, and a second press waits for the first.
    by.clinic.patients.select_for_update().get(pk=version.patient_id)
    status = _status(version)
    if status not in (Status.DRAFT, Status.SIGNED):
        raise SigningRefused(f"This version is not in force: {WORDS[status].label.lower()}.")
    declines = status is Status.DRAFT
    ask = f"Write why this {'draft is declined' if declines else 'plan is withdrawn'}, in a sentence."
    row = PlanWithdrawal.objects.create(
        version=version,
        reason=check_reason(reason, ask, refused=ReasonMissing),
        **recorded(by, at),
    )
    detail = {"version": version.number, "was": str(status), "reason": row.reason}
    record(action="declined plan" if declines else "withdrew plan", subject=row, by=by, at=at, detail=detail)
    end_tasks(
        patient=version.patient,
        ends_by=EndsBy.PLAN,
        subject=row,
        only=lambda task: (
            task.target == str(version.pk) or (not declines and bool(task_kind(task.kind).to_do))
        ),
        note=row.reason,
        by=by,
        at=at,
    )
    return row


def _check_can_sign(version: PlanVersion, signature: Reauthentication, at: datetime, *, verb: str) -> None:
    by = signature.by
    check_same_clinic(by, version.patient)
    signature.spend(signer=by, at=at)
    if not may(by, verb):
        raise PermissionError(f"{by} may not do this. See who may in the manual.")
    # An order for somebody whose name or birth date was edited past the program would be for somebody else.
    check_sealed([version.patient, *version.patient.identifiers.all()])
    # Two people who sign at once are served one after the other.
    by.clinic.patients.select_for_update().get(pk=version.patient_id)
    status = _status(version)
    if status is not Status.DRAFT:
        raise SigningRefused(f"This version can't be signed: {WORDS[status].label.lower()}.")


def _status(version: PlanVersion) -> Status:
    everything = PlanVersion.objects.filter(patient=version.patient_id).select_related(
        "signature", "withdrawal"
    )
    found = list(everything)
    return standing(next(v for v in found if v.pk == version.pk), found)


def _check_unchanged(version: PlanVersion, at: datetime) -> Built:
    now = rebuilt(version, as_of=clock.day_of(version.patient.clinic, at))
    if now.sha256 != version.content_sha256:
        raise PlanConflict(
            "What this plan rests on has changed since the draft was made. Nothing was signed.",
            moved(version, now),
        )
    if past := start_past(now):
        raise SigningRefused(past)
    return now


def _check_accepted(now: Built) -> None:
    state = now.grounds.state
    if state.decision is None:
        raise SigningRefused(
            "No prescriber has decided in intake that this person can be treated. Decide there first, then sign."
        )
    if not state.accepted:
        raise SigningRefused(
            f"The decision of intake is: {state.decision.outcome_text.lower()}. A plan needs one that accepts."
        )


def _check_nobody_waits(version: PlanVersion, by: Staff, reason: str) -> None:
    """No plan is signed past an open task that blocks, but by a medical director's exception or by one with a reason."""
    waiting = blocking_tasks_of(version.patient)
    director = by.role == Role.MEDICAL_DIRECTOR
    if not waiting or (director and is_sentence(reason)) or hasattr(version, "exception"):
        return
    titles = "; ".join(dict.fromkeys(task_kind(task.kind).title for task in waiting))
    refused = ReasonMissing if director else SigningRefused
    raise refused(
        f"Open: {titles}. No plan is signed before that is done, but by a medical director with a reason in a sentence."
    )


def _check_gate_opens(version: PlanVersion, now: Built, by: Staff, reason: str, at: datetime) -> None:
    gate = now.proposal.gate
    if gate.level is Level.PASS:
        return
    if gate.level in (Level.REVIEW, Level.BLOCK):
        ask = f"The verdict is {gate.level.name}. Write why you go on, in a sentence."
        check_reason(reason, ask, refused=ReasonMissing)
    if gate.level is Level.BLOCK and not hasattr(version, "exception"):
        raise SigningRefused(
            "The verdict is BLOCK. A medical director's exception comes first, from someone else."
        )
    try:
        gate.require(_override(version, now, by, reason, at))
    except GateClosed as closed:
        raise SigningRefused(str(closed)) from closed


def _override(version: PlanVersion, now: Built, by: Staff, reason: str, at: datetime) -> Override:
    """The signer's own word for a REVIEW; for a BLOCK the medical director's, who is not the signer."""
    if now.proposal.gate.level is not Level.BLOCK:
        director = by.role == Role.MEDICAL_DIRECTOR
        return Override(
            by.audit_name, Authority.MEDICAL_DIRECTOR if director else Authority.PRESCRIBER, reason, at
        )
    exception = version.exception
    if exception.signed_by_id == by.pk:
        raise SigningRefused("You granted the exception yourself. Another prescriber signs this plan.")
    return Override(
        exception.recorded_by_name, Authority.MEDICAL_DIRECTOR, exception.reason, exception.recorded_at
    )
