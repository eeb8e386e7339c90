"""A named prescriber decides, and what was known then is pinned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.state import IntakeState, current
from tenuto.clinic.ledger.facts import signed
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.policies.api import keep_rules
from tenuto.clinic.ports.api import (
    TaskOutcome,
    TaskRow,
    blocking_tasks_of,
    end_tasks,
    open_by_rule,
    open_tasks_of,
)
from tenuto.core.gate import Authority, Gate, GateClosed, Level, Override
from tenuto.core.intake.facts_json import facts_to_json
from tenuto.core.literature.tasks import PLAN_TO_SIGN, EndsBy, task_kind
from tenuto.core.sentences import check_reason, is_sentence

__all__ = ["DecisionRefused", "DecisionUnreasoned", "decide"]


class DecisionRefused(ValueError):
    """The decision can't stand. The text says why; nothing was saved."""


class DecisionUnreasoned(DecisionRefused):
    """A typed reason would let it stand."""


@transaction.atomic
def decide(
    *, patient: Patient, outcome: str, reason: str, seen: str, signature: Reauthentication, at: datetime
) -> Decision:
    """Keep a decision on the facts with the digest `seen`, signed with a fresh second factor.

    Accepting past a REVIEW needs the prescriber's typed reason, past a BLOCK the medical director's; past a REFUSE
    nobody can. Declining and asking for more need a reason too. Raises DecisionRefused and PermissionError.
    """
    by = signature.by
    signature.spend(signer=by, at=at)
    if not may(by, "intake.decide"):
        raise PermissionError(f"{by} may not decide about treatment. Ask a prescriber.")
    state = current(patient, as_of=clock.day_of(patient.clinic, at))
    gate = state.judged
    if seen != state.facts_sha256:
        raise DecisionRefused(
            "Something was recorded since you opened this page. Look at the findings again, then decide."
        )
    wanted = Decision.Outcome(outcome)
    authority = _authority(by)
    waiting: list[TaskRow] = []
    if wanted is Decision.Outcome.ACCEPTED:
        waiting = blocking_tasks_of(patient)
        _check_nobody_waits(waiting, authority, reason)
        _check_gate_opens(gate, Override(by.audit_name, authority, reason, at))
    else:
        ask = "Write why, in one sentence: it is what the person and the referrer are told."
        check_reason(reason, ask, refused=DecisionUnreasoned)
    row = _row(patient, state, gate, wanted, reason, authority, signature, keep_rules(at=at), at)
    detail = {
        "outcome": row.outcome,
        "gate": row.gate_level,
        "facts": row.facts_sha256,
        "policy": f"{row.policy_id} version {row.policy_version}",
        "rules": row.rules_sha256,
        "method": row.method,
        "past_open_tasks": [task.kind for task in waiting],
    }
    keep(row, action="decided about treatment", by=by, at=at, detail=detail)
    _tell_the_plan(row, by, at)
    return row


def _check_nobody_waits(waiting: list[TaskRow], authority: Authority, reason: str) -> None:
    """Nobody is accepted past an open task that blocks; a medical director may, with the reason, as an exception."""
    if not waiting or (authority is Authority.MEDICAL_DIRECTOR and is_sentence(reason)):
        return
    titles = "; ".join(dict.fromkeys(task_kind(task.kind).title for task in waiting))
    refused = DecisionUnreasoned if authority is Authority.MEDICAL_DIRECTOR else DecisionRefused
    raise refused(
        f"Open: {titles}. Nobody is accepted before that is done. Only a medical director may, with a reason in a sentence."
    )


def _tell_the_plan(row: Decision, by: Staff, at: datetime) -> None:
    """A prescriber has a plan to sign once the person is accepted, and no longer when the decision is another."""
    waiting = [task for task in open_tasks_of(row.patient) if task.kind == PLAN_TO_SIGN]
    if row.outcome == Decision.Outcome.ACCEPTED and not waiting:
        open_by_rule(task_kind(PLAN_TO_SIGN), patient=row.patient, by=by, at=at)
    elif row.outcome != Decision.Outcome.ACCEPTED:
        end_tasks(
            patient=row.patient,
            ends_by=EndsBy.DECISION,
            subject=row,
            note=f"Intake decided: {row.get_outcome_display().lower()}.",
            outcome=TaskOutcome.NOT_NEEDED,
            by=by,
            at=at,
        )


def _authority(by: Staff) -> Authority:
    return Authority.MEDICAL_DIRECTOR if by.role == Role.MEDICAL_DIRECTOR else Authority.PRESCRIBER


def _check_gate_opens(gate: Gate, override: Override) -> None:
    try:
        gate.require(override)
    except GateClosed as closed:
        if closed.gate.level is Level.REFUSE:
            raise DecisionRefused(f"REFUSE: nobody can accept these facts. {_reasons(gate)}") from closed
        if not is_sentence(override.reason):
            raise DecisionUnreasoned(
                f"The verdict is {gate.level.name}. It opens for {gate.opened_by}: write the reason, "
                "in a sentence."
            ) from closed
        raise DecisionRefused(f"The verdict is {gate.level.name}. It opens for {gate.opened_by}.") from closed


def _reasons(gate: Gate) -> str:
    return " ".join(finding.message for finding in gate.at(Level.REFUSE))


def _row(
    patient: Patient,
    state: IntakeState,
    gate: Gate,
    outcome: Decision.Outcome,
    reason: str,
    authority: Authority,
    signature: Reauthentication,
    rules_sha256: str,
    at: datetime,
) -> Decision:
    return Decision(
        patient=patient,
        outcome=outcome,
        reason=reason.strip(),
        authority=authority,
        gate_level=gate.level.name,
        findings=[[f.code, f.level.name, f.message] for f in gate.findings],
        facts=facts_to_json(state.facts),
        facts_sha256=state.facts_sha256,
        policy_id=state.policy.id,
        policy_version=state.policy.version,
        policy_sha256=state.policy.sha256,
        rules_sha256=rules_sha256,
        **signed(signature, at),
    )
