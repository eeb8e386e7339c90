"""Where the patient is in the pathway, as far as the plan knows."""

from __future__ import annotations

from django.urls import reverse

from tenuto.clinic.intake.api import IntakeState
from tenuto.clinic.plan.services.proposing import Grounds
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.versions import standing
from tenuto.clinic.ui.components import Stage, spine
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Level

__all__ = ["spine_of"]

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


def _plan(found: Grounds, level: Level) -> tuple[str, str]:
    """The newest version speaks; without one, or after a withdrawal, the gate."""
    force = found.in_force
    newest = found.versions[0] if found.versions else None
    drafted = newest is not None and standing(newest, found.versions) is Status.DRAFT
    if force is not None:
        words = f"Signed {day(force.signature.recorded_at.date())}"
        return ("here", f"{words}; revision to sign") if drafted else ("done", words)
    if drafted:
        return "here", "Draft to sign"
    return ("blocked" if level >= Level.BLOCK else "here"), _GATE[level]
