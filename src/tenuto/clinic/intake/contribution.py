"""What intake adds to the spine, the worklist and the pages of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tenuto.clinic.intake.api import IntakeState, alerts_of, states
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.turns import turn_of
from tenuto.clinic.intake.vitals import vitals_of
from tenuto.clinic.pathway.api import Batch, Contribution, Judgement, Place, State, TaskPlace, Turn, Vitals
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Level
from tenuto.core.intake.tasks import PLAN_TO_SIGN, TaskRule, rules

__all__ = ["CONTRIBUTION"]

DECIDED: Mapping[str, State] = {Decision.Outcome.ACCEPTED: "done", Decision.Outcome.NOT_SUITABLE: "blocked"}


def places(batch: Batch) -> Mapping[UUID, Place]:
    """What was decided, or what is still to do before that."""
    return {patient: _place(state) for patient, state in states(batch).items()}


def _place(state: IntakeState) -> Place:
    if state.decision is not None:
        words = f"{state.decision.outcome_text}, {day(state.decision.decided_at.date())}"
        return Place(DECIDED.get(state.decision.outcome, "here"), words)
    if any(f.level >= Level.BLOCK and not f.missing for f in state.gate.findings):
        return Place("blocked", "Blocked")
    return Place("here", f"{len(state.missing)} to ask" if state.missing else "To decide")


def turns(batch: Batch) -> Mapping[UUID, Turn | None]:
    """Take the history, correct, complete, decide."""
    known = states(batch)
    return {patient.pk: turn_of(known.get(patient.pk)) for patient in batch.patients}


def judgements(batch: Batch) -> Mapping[UUID, Judgement]:
    """Of those about whom nothing is recorded; of the others a plan can be judged."""
    known = states(batch)
    nothing = Judgement(
        mark="unknown", why="No record yet.", next_step="Add a record", target="intake:page",
        diagnosis="None that is treated here", recorded_on=None,
    )  # fmt: skip
    return {p.pk: nothing for p in batch.patients if p.pk not in known or known[p.pk].record is None}


def alerts(batch: Batch) -> Mapping[UUID, tuple[str, ...]]:
    """What blocks this treatment."""
    return {patient: alerts_of(state.gate) for patient, state in states(batch).items()}


def vitals(batch: Batch) -> Mapping[UUID, Vitals]:
    """Allergies and the weight."""
    return {patient: vitals_of(state.facts, batch.today) for patient, state in states(batch).items()}


def _task_place(rule: TaskRule) -> TaskPlace:
    if rule.id == "enquiry":
        return TaskPlace(rule.title, "Answer it", "enquiries")
    if rule.id == "test.order":
        return TaskPlace(rule.title, "Order or chase it", "intake:tests")
    if rule.id == "scale.review":
        return TaskPlace(rule.title, "Go over it", "intake:scales")
    return TaskPlace(rule.title, "Record the triage", "intake:triage")


CONTRIBUTION = Contribution(
    room="intake",
    page="intake:page",
    places=places,
    turns=turns,
    judgements=judgements,
    alerts=alerts,
    vitals=vitals,
    tasks={rule.id: _task_place(rule) for rule in rules() if rule.id != PLAN_TO_SIGN},
    patient_urls="tenuto.clinic.intake.urls",
    clinic_urls="tenuto.clinic.intake.enquiry_urls",
)
