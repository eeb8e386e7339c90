"""The account of a course, from what the rooms have on record. A fixed number of queries, however many patients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from tenuto.clinic.course.models import (
    BesidePlan,
    CourseEnding,
    CourseEvent,
    InfusionReport,
    InfusionStruck,
    MissedVisit,
    Visit,
)
from tenuto.clinic.course.rows import ending_fact, given_in
from tenuto.clinic.ledger.rows import rows_among
from tenuto.clinic.pathway.api import Batch, facts_of, signed_courses_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_for
from tenuto.core.course.account import CourseAccount, account_of
from tenuto.core.course.beside import BesideHeld, BesideKind, BesidePlanned
from tenuto.core.course.end_facts import EndingFact
from tenuto.core.course.facts import (
    CourseEventKind,
    CourseFacts,
    EventFact,
    InfusionFact,
    MissedFact,
    MissedHow,
    ScoreFact,
)
from tenuto.core.intake.facts import RecordedScore
from tenuto.core.intake.risk_questions import instrument_key
from tenuto.core.scales.reading import instruments

__all__ = ["account", "accounts", "course_facts", "infusion_fact"]

BESIDE = Q(kind__in=[kind.value for kind in BesideKind])


def account(patient: Patient, batch: Batch) -> CourseAccount:
    """The account of one patient of the batch, on its day."""
    return accounts(batch)[patient.pk]


def accounts(batch: Batch) -> Mapping[UUID, CourseAccount]:
    """The account of every patient of a batch; none is left out."""
    return batch.once(_accounts)


def _accounts(batch: Batch) -> Mapping[UUID, CourseAccount]:
    policy = batch.once(policy_for)
    return {
        patient: account_of(facts, as_of=batch.today, policy=policy)
        for patient, facts in course_facts(batch).items()
    }


def course_facts(batch: Batch) -> Mapping[UUID, CourseFacts]:
    """What the account of each patient of a batch is worked out from. Six queries at most beside those of the other rooms,
    and none the second time."""
    return batch.once(_facts)


def _facts(batch: Batch) -> Mapping[UUID, CourseFacts]:
    given: dict[UUID, list[InfusionFact]] = {patient.pk: [] for patient in batch.patients}
    struck: dict[UUID, set[str]] = {patient.pk: set() for patient in batch.patients}
    for row in rows_among(InfusionReport, list(given)):
        given[row.patient_id].append(infusion_fact(row))
    for row in rows_among(InfusionStruck, list(given)) if any(given.values()) else ():
        struck[row.patient_id].add(str(row.report_id))
    signed = signed_courses_of(batch)
    # Who never had a plan has missed nothing, and no interval to lengthen.
    planned = [patient for patient, versions in signed.items() if versions]
    missed, events = _missed(planned), _events(planned)
    endings, plans, held = _endings(planned), _plans(planned), _held(planned)
    return {
        patient.pk: CourseFacts(
            tuple(given[patient.pk]),
            tuple(_scores(facts_of(patient, batch).scores)),
            tuple(signed.get(patient.pk, ())),
            frozenset(struck[patient.pk]),
            tuple(missed[patient.pk]),
            tuple(events[patient.pk]),
            tuple(endings[patient.pk]),
            tuple(held[patient.pk]),
            tuple(plans[patient.pk]),
        )
        for patient in batch.patients
    }


def _missed(patients: Sequence[UUID]) -> Mapping[UUID, list[MissedFact]]:
    found: dict[UUID, list[MissedFact]] = defaultdict(list)
    for row in rows_among(MissedVisit, patients):
        fact = MissedFact(str(row.pk), row.planned_on, MissedHow(row.how), row.reason, row.event_number)
        found[row.patient_id].append(fact)
    return found


def _events(patients: Sequence[UUID]) -> Mapping[UUID, list[EventFact]]:
    found: dict[UUID, list[EventFact]] = defaultdict(list)
    for row in rows_among(CourseEvent, patients):
        fact = EventFact(str(row.pk), CourseEventKind(row.kind), row.happened_on)
        found[row.patient_id].append(fact)
    return found


def _endings(patients: Sequence[UUID]) -> Mapping[UUID, list[EndingFact]]:
    found: dict[UUID, list[EndingFact]] = defaultdict(list)
    for row in rows_among(CourseEnding, patients):
        found[row.patient_id].append(ending_fact(row))
    return found


def _plans(patients: Sequence[UUID]) -> Mapping[UUID, list[BesidePlanned]]:
    found: dict[UUID, list[BesidePlanned]] = defaultdict(list)
    for row in rows_among(BesidePlan, patients):
        found[row.patient_id].append(
            BesidePlanned(
                str(row.pk),
                BesideKind(row.kind),
                row.agreed_on,
                row.every_days,
                row.with_name,
                row.event_number,
            )
        )
    return found


def _held(patients: Sequence[UUID]) -> Mapping[UUID, list[BesideHeld]]:
    found: dict[UUID, list[BesideHeld]] = defaultdict(list)
    for row in rows_among(Visit, patients, where=BESIDE):
        found[row.patient_id].append(BesideHeld(str(row.pk), BesideKind(row.kind), row.held_on))
    return found


def infusion_fact(row: InfusionReport) -> InfusionFact:
    """A report as a fact of the course."""
    return InfusionFact(str(row.pk), given_in(row), str(row.series), str(row.plan_version), row.event_number)


def _scores(recorded: Iterable[RecordedScore]) -> Iterator[ScoreFact]:
    """The scores of all sources together; one without a day has no place in a course, an unclear one says no number.

    `recorded` has the one recorded last first.
    """
    for place, score in enumerate(recorded):
        if score.taken is not None:
            known = score.instrument in instruments()
            scale = score.instrument if known else instrument_key(score.instrument)
            value = None if score.unclear else score.value
            yield ScoreFact(
                f"{scale}:{score.taken}:{place}", scale, value, score.taken, -place, items=score.items
            )
