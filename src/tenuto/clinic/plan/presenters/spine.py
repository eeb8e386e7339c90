"""Where the patient is in the pathway, as far as the plan knows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.intake.api import IntakeState
from tenuto.clinic.people.pathway import Told
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.services.proposing import Grounds
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.versions import in_force, standing
from tenuto.clinic.ui.components import Stage, spine
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Level

__all__ = ["spine_of", "tell"]

_GATE = {
    Level.PASS: "Ready to sign",
    Level.REVIEW: "To review",
    Level.BLOCK: "Blocked",
    Level.REFUSE: "Refused",
}


def spine_of(found: Grounds, level: Level) -> tuple[Stage, ...]:
    """Intake and plan with their state; `level` is the gate of what is shown. The rest lies ahead."""
    patient = [found.patient.pk]
    return spine(
        {
            "intake": (*_intake(found.state), reverse("intake:page", args=patient)),
            "plan": (*_plan(found, level), reverse("plan:page", args=patient)),
        }
    )


def _intake(state: IntakeState) -> tuple[str, str]:
    if state.decision is not None:
        return ("done" if state.accepted else "blocked"), state.decision.outcome_text
    if state.record is None:
        return "ahead", "Not started"
    return "done", f"Recorded {day(state.record.recorded_at.date())}"


def tell(patient_id: UUID) -> Told | None:
    """Where the versions of the plan stand, for the pages of earlier stages. One query."""
    own = PlanVersion.objects.filter(patient=patient_id).defer("content_json", "document_json", "facts_json")
    said = _of_versions(tuple(own.select_related("signature", "withdrawal").order_by("-number")))
    return None if said is None else (*said, reverse("plan:page", args=[patient_id]))


def _plan(found: Grounds, level: Level) -> tuple[str, str]:
    """The versions speak; without one, or after a withdrawal, the gate."""
    gate = ("blocked" if level >= Level.BLOCK else "here"), _GATE[level]
    return _of_versions(found.versions) or gate


def _of_versions(versions: Sequence[PlanVersion]) -> tuple[str, str] | None:
    """What the version in force and a newer draft say; None when there is neither."""
    force = in_force(versions)
    drafted = bool(versions) and standing(versions[0], versions) is Status.DRAFT
    if force is not None:
        words = f"Signed {day(force.signature.recorded_at.date())}"
        return ("here", f"{words}; revision to sign") if drafted else ("done", words)
    return ("here", "Draft to sign") if drafted else None
