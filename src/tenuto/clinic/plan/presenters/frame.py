"""What stands around every page of a plan: the banner of the patient and the spine."""

from __future__ import annotations

from dataclasses import dataclass

from tenuto.clinic.intake.presenters.person import banner_of
from tenuto.clinic.plan.presenters.spine import spine_of
from tenuto.clinic.plan.services.proposing import Grounds
from tenuto.clinic.ui.components import Banner, Stage

__all__ = ["Frame", "frame_of"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Banner and spine."""

    banner: Banner
    stages: tuple[Stage, ...]


def frame_of(found: Grounds) -> Frame:
    """Both, from what is known today."""
    patient, state = found.patient, found.state
    identifiers = tuple(str(identifier) for identifier in patient.identifiers.all())
    return Frame(
        banner_of(patient, identifiers, state.facts, state.gate, state.as_of),
        spine_of(found, state.gate.level),
    )
