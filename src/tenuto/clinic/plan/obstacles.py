"""What a plan says stands in the way of the next infusion: what stops it today counts at once, before any hold is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.intake.api import states
from tenuto.clinic.pathway.api import Batch, safety_of
from tenuto.clinic.plan.looking import looks
from tenuto.clinic.plan.stopped import no_treatment
from tenuto.core.course.next_facts import Obstacle, ObstacleKind
from tenuto.core.intake.safety import Risk

__all__ = ["obstacles"]


def obstacles(batch: Batch) -> Mapping[UUID, Sequence[Obstacle]]:
    """For every patient with a plan in force: its reasons to look again, the patient's word, the decision, an open risk."""
    known, safety = states(batch), safety_of(batch)
    found = {}
    for patient, look in batch.once(looks).items():
        risk = safety.get(patient)
        words = [*no_treatment(known[patient]), *(reason.text for reason in look.reasons)]
        if risk is not None and risk.risk is Risk.OPEN:
            words = [*risk.sentences[:1], *words]
        found[patient] = tuple(Obstacle(ObstacleKind.HOLD, each.rstrip(".")) for each in dict.fromkeys(words))
    return found
