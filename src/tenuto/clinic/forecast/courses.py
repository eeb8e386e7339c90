"""What a patient's forecast is made from: facts of the rooms below, put together as one course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from uuid import UUID

from tenuto.clinic.course.api import RecordedInfusion, accounts, course_facts, infusions_among
from tenuto.clinic.intake.api import IntakeState, states
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.api import PlanState, in_force_among
from tenuto.core.course.facts import CourseFacts
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.record import History, HistoryError
from tenuto.core.forecast.answer import Forecast
from tenuto.core.forecast.course_rows import history_text
from tenuto.core.forecast.keeping import KeptInputs, ground_of, inputs_from, inputs_text
from tenuto.core.policy import Policy

__all__ = ["CourseKnown", "CourseRead", "courses", "read_course"]

NOTHING_GIVEN = (
    "No infusion is on record yet. A forecast needs a score before the first infusion and three after it."
)
COMPLETED = "The course is completed, so no next infusion is forecast. Take it up again to see one."
REMEMBERED = 128
"""Forecasts kept in memory. A forecast is a pure function of its inputs, so it never goes stale."""


@dataclass(frozen=True, slots=True)
class CourseRead:
    """A course that can be forecast: what goes into the forecast, and the forecast."""

    text: str
    inputs: KeptInputs
    found: Forecast

    @property
    def history(self) -> History:
        """The course as the model sees it."""
        return self.inputs.history


@dataclass(frozen=True)
class CourseKnown:
    """What is known of a patient's course on a day."""

    patient: Patient
    today: date
    policy: Policy
    infusions: tuple[RecordedInfusion, ...]
    plan: PlanState | None
    """The plan in force."""
    history: str
    """As `core.forecast.course_rows` writes it; empty when there is none."""
    problem: str
    """Why nothing can be forecast, whatever the scores; empty otherwise."""

    @cached_property
    def definitions(self) -> Definitions:
        """The clinic's definitions."""
        return Definitions.from_policy(self.policy)

    @cached_property
    def ground(self) -> str:
        """The digest of all that a forecast rests on but the day; empty when there is no history."""
        return ground_of(self.history, self.definitions) if self.history else ""

    @property
    def inputs(self) -> str:
        """All inputs of today's forecast as one text."""
        return inputs_text(self.history, self.definitions, self.today)


def read_course(known: CourseKnown) -> CourseRead:
    """The forecast of a course today. HistoryError, in a sentence, where nothing can be forecast from it."""
    if known.problem:
        raise HistoryError(known.problem)
    return _read(known.inputs)


@lru_cache(maxsize=REMEMBERED)
def _read(text: str) -> CourseRead:
    inputs = inputs_from(text)
    return CourseRead(text, inputs, inputs.made())


def courses(batch: Batch) -> Mapping[UUID, CourseKnown]:
    """The course of every patient of a batch about whom something is recorded. A fixed number of queries."""
    return batch.once(_courses)


def _courses(batch: Batch) -> Mapping[UUID, CourseKnown]:
    found = states(batch)
    given, plans = infusions_among(list(found)), in_force_among(list(found))
    facts, known = course_facts(batch), accounts(batch)
    return {
        patient.pk: _course(
            patient,
            found[patient.pk],
            facts[patient.pk],
            given.get(patient.pk, ()),
            plans.get(patient.pk),
            batch.today,
            completed=known[patient.pk].completed,
        )
        for patient in batch.patients
        if patient.pk in found
    }


def _course(
    patient: Patient,
    state: IntakeState,
    facts: CourseFacts,
    given: Sequence[RecordedInfusion],
    plan: PlanState | None,
    today: date,
    *,
    completed: bool,
) -> CourseKnown:
    history, problem = "", "" if given else NOTHING_GIVEN
    if given:
        try:
            history = history_text(
                _condition(state, plan),
                facts.counted_scores,
                [each.infusion for each in given],
                facts.counted_events,
            )
        except HistoryError as error:
            problem = str(error)
    if completed:
        problem = COMPLETED
    return CourseKnown(patient, today, state.policy, tuple(given), plan, history, problem)


def _condition(state: IntakeState, plan: PlanState | None) -> str:
    """What is treated: by the plan in force, else the first condition on record that can be."""
    if plan is not None:
        return plan.order.condition
    treated = state.assessment.treated
    return treated[0].id if treated else ""
