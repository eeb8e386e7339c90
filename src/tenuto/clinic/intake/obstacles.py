"""What the record says stands in the way of the next infusion: nobody to go home with, a test that is late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from tenuto.clinic.course.api import accounts
from tenuto.clinic.intake.state import IntakeState, states
from tenuto.clinic.pathway.api import Batch
from tenuto.core.course.next_facts import Obstacle, ObstacleKind
from tenuto.core.intake import labs
from tenuto.core.intake.eligibility import JudgementPurpose, case_of
from tenuto.core.outcomes.check_rules import check_rules

__all__ = ["obstacles"]

ESCORT = "escort"


def obstacles(batch: Batch) -> Mapping[UUID, Sequence[Obstacle]]:
    """Of every patient about whom something is recorded. Of who is treated the long-term checks say which tests are late."""
    courses = accounts(batch)
    watched = frozenset(rule.lab for rule in check_rules().values())
    return {
        patient: tuple(_of(state, watched if courses[patient].infused else frozenset()))
        for patient, state in states(batch).items()
    }


def _of(state: IntakeState, watched: frozenset[str]) -> Iterator[Obstacle]:
    if ESCORT in state.missing:
        yield Obstacle(ObstacleKind.ESCORT, "Escort missing", "desk", patient="Who takes you home?")
    case = case_of(
        state.facts,
        policy=state.policy,
        as_of=state.as_of,
        purpose=JudgementPurpose.PLANNING,
        indication=None,
    )
    for each in labs.due(case):
        if each.test.id in watched:
            continue
        if each.last is not None and each.due < state.as_of and not each.test.each_session_unless:
            yield Obstacle(
                ObstacleKind.CHECK,
                f"{each.test.title} late",
                "nurse sees to it",
                patient=each.test.patient,
            )
