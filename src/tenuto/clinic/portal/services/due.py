"""What each patient of a batch is asked now, from the account of the course and the forms on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from tenuto.clinic.course.api import accounts
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.scales import api as scales
from tenuto.core.outcomes.asked_of import asking_course
from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.completeness import WantedScore, wanted_scores
from tenuto.core.outcomes.due import DueScale, due_scales
from tenuto.core.outcomes.occasions import AnsweredScale, AskingCourse
from tenuto.core.scales.definition import Take
from tenuto.core.scales.reading import instrument

__all__ = ["AskedCourse", "asked_courses", "due_of", "wanted_of"]


@dataclass(frozen=True, slots=True)
class AskedCourse:
    """A course with a signed plan, and what was answered in it."""

    course: AskingCourse
    answers: tuple[AnsweredScale, ...]


def asked_courses(batch: Batch) -> Mapping[UUID, AskedCourse]:
    """The course of every patient with a signed plan. A fixed number of queries."""
    return batch.once(_asked_courses)


def due_of(batch: Batch) -> Mapping[UUID, tuple[DueScale, ...]]:
    """The scales that are due for each patient today."""
    return {
        patient: due_scales(asked.course, asked.answers, battery(), today=batch.today)
        for patient, asked in asked_courses(batch).items()
    }


def wanted_of(batch: Batch) -> Mapping[UUID, tuple[WantedScore, ...]]:
    """The outcome scores that were due for each patient until today."""
    return {
        patient: wanted_scores(asked.course, asked.answers, battery(), as_of=batch.today)
        for patient, asked in asked_courses(batch).items()
    }


def _asked_courses(batch: Batch) -> Mapping[UUID, AskedCourse]:
    answers: dict[UUID, list[AnsweredScale]] = {patient.pk: [] for patient in batch.patients}
    for form in scales.forms_among(list(answers)):
        known = form.total is not None or instrument(form.instrument).total is Take.NONE
        answers[form.patient_id].append(AnsweredScale(form.instrument, form.taken, valid=known))
    found = {patient: asking_course(account) for patient, account in accounts(batch).items()}
    return {
        patient: AskedCourse(course, tuple(answers[patient]))
        for patient, course in found.items()
        if course is not None
    }
