"""What the plan adds to the spine, the worklist and the pages of a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.course.api import next_steps
from tenuto.clinic.intake.api import IntakeState, states
from tenuto.clinic.pathway.api import (
    Batch,
    Contribution,
    Judgement,
    Place,
    TaskPlace,
    Turn,
    findings_of,
    verdict_word,
)
from tenuto.clinic.plan.courses import signed_courses
from tenuto.clinic.plan.looking import SecondLook, looks
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.obstacles import obstacles
from tenuto.clinic.plan.services.proposing import plan_for
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.turns import NO_PLAN, Planned, judgement_of, turn_of
from tenuto.clinic.plan.verdict import judged
from tenuto.clinic.plan.versions import in_force, standing, standings, versions_in
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Gate, Level
from tenuto.core.intake.safety_stops import SafetyStop, StopKind
from tenuto.core.literature.tasks import DEVIATION, LOOK_AGAIN, PLAN_TO_SIGN, REVISION_TO_SIGN, task_kind
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.request import PlanRequest

__all__ = ["CONTRIBUTION"]


def proposals(batch: Batch) -> Mapping[UUID, tuple[Proposal, IntakeState]]:
    """The plan that would be proposed today, without options, for each patient about whom something is recorded."""
    return {
        patient: (
            plan_for(
                state.record, PlanRequest(), policy=state.policy, as_of=batch.today, judged=state.assessment
            ),
            state,
        )
        for patient, state in states(batch).items()
        if state.record is not None
    }


def places(batch: Batch) -> Mapping[UUID, Place]:
    """What the versions say; without one, whether intake has accepted the patient."""
    own = batch.once(versions_in)
    held = {patient for patient, look in batch.once(looks).items() if look.reasons}
    return {
        patient: (LOOK if patient in held else _of_versions(own.get(patient, ())))
        or _before_versions(patient, state, batch)
        for patient, state in states(batch).items()
    }


LOOK = Place("blocked", "Signed; look again")


def _of_versions(own: Sequence[PlanVersion]) -> Place | None:
    force = in_force(own)
    drafted = bool(own) and standing(own[0], own) is Status.DRAFT
    if force is not None:
        words = f"Signed {day(force.signature.recorded_on)}"
        return Place("here", f"{words}; revision to sign") if drafted else Place("done", words)
    return Place("here", "Draft to sign") if drafted else None


def _before_versions(patient: UUID, state: IntakeState, batch: Batch) -> Place:
    if not state.accepted:
        return Place("ahead", "After the decision")
    if state.gate.level >= Level.BLOCK:
        return Place("blocked", verdict_word(patient, batch))
    return Place("here", "To plan")


def turns(batch: Batch) -> Mapping[UUID, Turn | None]:
    """Make it, sign it, withdraw it; and until later stages stand, what follows the signature."""
    planned, seen = _planned(batch), batch.once(looks)
    said = {
        patient: turn_of(_verdict(proposal, state, seen.get(patient)), state, planned.get(patient, NO_PLAN))
        for patient, (proposal, state) in batch.once(proposals).items()
    }
    return {patient: turn for patient, turn in said.items() if turn is not None}


def _planned(batch: Batch) -> dict[UUID, Planned]:
    """How far each patient's plan has come, with what comes next in its course."""
    steps = next_steps(batch)
    return {
        patient: Planned(
            Status.DRAFT in standings(rows).values(), in_force(rows) is not None, steps.get(patient)
        )
        for patient, rows in batch.once(versions_in).items()
    }


def judgements(batch: Batch) -> Mapping[UUID, Judgement]:
    """Today's gate of the signed plan where one is in force, else of the plan that would be proposed."""
    seen, besides = batch.once(looks), findings_of(batch)
    return {
        patient: judgement_of(proposal, state, seen.get(patient), besides.get(patient, ()))
        for patient, (proposal, state) in batch.once(proposals).items()
    }


def _verdict(proposal: Proposal, state: IntakeState, look: SecondLook | None) -> Gate:
    return look.today if look else judged(proposal, state)


def alerts(batch: Batch) -> Mapping[UUID, tuple[str, ...]]:
    """For what less than a contraindication a signed plan has to be looked at again; the safety state says the others."""
    found = {
        patient: tuple(
            f"Signed plan, look again: {reason.text}"
            for reason in look.reasons
            if reason.stop is None and not reason.is_consent
        )
        for patient, look in batch.once(looks).items()
    }
    return {patient: texts for patient, texts in found.items() if texts}


def stops(batch: Batch) -> Mapping[UUID, tuple[SafetyStop, ...]]:
    """What blocks a signed plan today and was not known when it was signed."""
    return {
        patient: tuple(stop for reason in look.reasons if (stop := reason.stop))
        for patient, look in batch.once(looks).items()
        if look.reasons
    }


CONTRIBUTION = Contribution(
    room="plan",
    alerts=alerts,
    stops=stops,
    stop_places={
        StopKind.CONTRAINDICATION: TaskPlace("New contraindication", "Look at the plan", "plan:page")
    },
    page="plan:page",
    places=places,
    turns=turns,
    judgements=judgements,
    signed_courses=signed_courses,
    obstacles=obstacles,
    tasks={
        kind: TaskPlace(task_kind(kind).title, next_step, target)
        for kind, next_step, target in (
            (PLAN_TO_SIGN, "Sign the plan", "plan:page"),
            (REVISION_TO_SIGN, "Sign or decline it", "plan:page"),
            (LOOK_AGAIN, "Look at the plan", "plan:page"),
            (DEVIATION, "See the visits", "plan:visits"),
        )
    },
    patient_urls="tenuto.clinic.plan.urls",
)
