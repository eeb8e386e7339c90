"""A signed plan that is worse off today is held until a prescriber has looked at it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Clinic, Role
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.facts import signed
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.looking import Reason, SecondLook, looks
from tenuto.clinic.plan.models import PlanReview, PlanVersion
from tenuto.clinic.plan.services.proposing import Grounds
from tenuto.clinic.plan.services.signing import ReasonMissing, SigningRefused
from tenuto.clinic.plan.stopped import stopped
from tenuto.clinic.ports.api import (
    HoldKind,
    active_holds,
    blocking_tasks_of,
    end_tasks,
    holds_in,
    lift_hold,
    open_by_rule,
    open_tasks_of,
    place_hold,
)
from tenuto.core.gate import Level
from tenuto.core.intake.safety import Risk
from tenuto.core.literature.tasks import LOOK_AGAIN, EndsBy, task_kind
from tenuto.core.sentences import check_reason

__all__ = ["RULE", "hold_what_changed", "look_of", "review", "why_held"]

RULE = "plan.look_again"
AT_ONCE = 50
"""Patients looked at together."""


def look_of(patient: Patient, batch: Batch) -> SecondLook | None:
    """How the plan in force of a patient stands on the day of the batch; None without one."""
    return batch.once(looks).get(patient.pk)


def why_held(found: Grounds, batch: Batch) -> str:
    """Why nothing may be booked or given to a patient today, by any plan; empty when nothing holds it.

    What speaks against it counts at once, and not only when the machine has placed its hold.
    """
    patient = found.patient
    look = look_of(patient, batch)
    reasons = [*stopped(found.state, safety_now(patient, batch))]
    reasons += [reason.text for reason in look.reasons] if look else []
    reasons += [hold.why for hold in holds_in(batch).get(patient.pk, ())]
    return " ".join(dict.fromkeys(reasons))


def hold_what_changed(clinic: Clinic, *, at: datetime) -> int:
    """Hold every plan of a clinic that is worse off, with a task to look at it; let go of what is well again.

    Done again it changes nothing. The number of plans that have to be looked at.
    """
    machine = Machine(clinic.pk, RULE, clinic.zone)
    chosen = clinic.patients.filter(plan_versions__signature__isnull=False).distinct().order_by("pk")
    patients, waiting = list(chosen.prefetch_related("identifiers")), 0
    for start in range(0, len(patients), AT_ONCE):
        batch = Batch(
            patients[start : start + AT_ONCE],
            clinic=clinic,
            today=clock.day_of(clinic, at),
        )
        found = batch.once(looks)
        for patient in batch.patients:
            waiting += _hold(patient, found.get(patient.pk), machine, at)
    return waiting


@transaction.atomic
def _hold(patient: Patient, look: SecondLook | None, machine: Machine, at: datetime) -> bool:
    own = [hold for hold in active_holds(patient, on=clock.day_of(patient.clinic, at)) if hold.rule == RULE]
    reasons = look.reasons if look else ()
    wanted = {f"{look.version.pk}:{reason.key}": reason for reason in reasons} if look else {}
    for hold in own:
        if not any(hold.key.startswith(f"{key}@") for key in wanted):
            lift_hold(hold=hold.id, why="What it was for is over.", by=machine, at=at)
    for key, reason in wanted.items():
        if look is not None and not any(hold.key.startswith(f"{key}@") for hold in own):
            _place(patient, look, key, reason, machine, at)
    if look is not None and reasons:
        _ask(patient, look, machine, at)
    return bool(reasons)


def _place(
    patient: Patient, look: SecondLook, key: str, reason: Reason, machine: Machine, at: datetime
) -> None:
    place_hold(
        patient=patient,
        kind=HoldKind.CONSENT if reason.is_consent else HoldKind.PLAN,
        rule=RULE,
        # The same reason may come back with other facts after it was over.
        key=f"{key}@{look.facts_sha256[:12]}"[:200],
        why=reason.text,
        by=machine,
        at=at,
    )


def _ask(patient: Patient, look: SecondLook, machine: Machine, at: datetime) -> None:
    target = str(look.version.pk)
    if any(task.kind == LOOK_AGAIN and task.target == target for task in open_tasks_of(patient)):
        return
    why = " ".join(reason.text for reason in look.reasons)
    open_by_rule(
        task_kind(LOOK_AGAIN),
        patient=patient,
        why=why,
        target=target,
        by=machine,
        at=at,
    )


@transaction.atomic
def review(*, version: PlanVersion, reason: str, signature: Reauthentication, at: datetime) -> PlanReview:
    """A prescriber has looked again and lets the plan go on; past a BLOCK only a medical director may.

    It ends the task and lifts the holds. Nobody may while a risk of suicide is open, and nobody past a withdrawn consent:
    only the patient gives a new one. Raises SigningRefused for both, and for a plan that has nothing to look at; raises
    ReasonMissing and PermissionError.
    """
    by, patient = signature.by, version.patient
    check_same_clinic(by, patient)
    signature.spend(signer=by, at=at)
    if not may(by, "plan.revise"):
        raise PermissionError(f"{by} may not do this. Ask a prescriber.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    _check_no_open_risk(patient, batch)
    look = look_of(patient, batch)
    if look is None or look.version.pk != version.pk or not look.reasons:
        raise SigningRefused("Nothing has changed that this plan has to be looked at for.")
    _check_may_go_on(look, by.role)
    row = PlanReview.objects.create(
        version=version,
        reason=check_reason(reason, "Write why this plan goes on, in a sentence.", refused=ReasonMissing),
        reasons=[each.key for each in look.reasons],
        gate_level=look.level.name,
        **signed(signature, at),
    )
    detail = {
        "version": version.number,
        "reason": row.reason,
        "gate": row.gate_level,
        "looked_at": row.reasons,
    }
    record(action="looked at plan again", subject=row, by=by, at=at, detail=detail, kind=EventKind.OVERRIDE)
    for hold in active_holds(patient, on=clock.day_of(patient.clinic, at)):
        if hold.rule == RULE:
            lift_hold(hold=hold.id, why=row.reason, by=by, at=at)
    end_tasks(
        patient=patient,
        ends_by=EndsBy.REVIEW,
        subject=row,
        only=lambda task: task.target == str(version.pk),
        note=row.reason,
        by=by,
        at=at,
    )
    return row


def _check_no_open_risk(patient: Patient, batch: Batch) -> None:
    """Raise SigningRefused while somebody may be at risk of suicide, or a task about it waits for what ends it."""
    safety = safety_now(patient, batch)
    waiting = [task for task in blocking_tasks_of(patient) if task_kind(task.kind).suicide_risk]
    if safety.risk is Risk.OPEN or waiting:
        why = (
            safety.sentences[0]
            if safety.risk is Risk.OPEN
            else f"“{task_kind(waiting[0].kind).title}” is open."
        )
        raise SigningRefused(
            f"{why} This plan does not go on while a risk of suicide or a task about it is open. "
            "Record what the task asks for first, then look at the plan again."
        )


def _check_may_go_on(look: SecondLook, role: str) -> None:
    if look.withdrawn:
        raise SigningRefused(f"{look.withdrawn} {look.held}")
    director = look.worst is Level.BLOCK and role != Role.MEDICAL_DIRECTOR
    if look.worst is Level.REFUSE or director:
        raise SigningRefused(f"The verdict is {look.worst.name} today. {look.held}")
