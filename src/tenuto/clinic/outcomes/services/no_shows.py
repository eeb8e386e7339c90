"""Having somebody called who missed a visit while an answer or a score of theirs was worse, on the same day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.course.api import accounts, treated_patients
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.api import standings
from tenuto.clinic.ports.api import open_by_rule, open_tasks
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.facts import MissedHow
from tenuto.core.literature.tasks import MISSED_VISIT, task_kind
from tenuto.core.outcomes.no_show import no_show_contact

__all__ = ["contact_no_shows"]

AT_ONCE = 50
"""Patients looked at together."""


def contact_no_shows(clinic: Clinic, *, at: datetime) -> int:
    """Open the task to call whoever did not come and is not well; once for each visit. How many wait to be called."""
    today, found = clock.day_of(clinic, at), 0
    planned = {patient for patient, plan in standings(clinic.patients.all()).items() if plan.in_force}
    ids = sorted(planned | set(treated_patients(clinic)))
    concerns = _concerns(clinic)
    for start in range(0, len(ids), AT_ONCE):
        chosen = clinic.patients.filter(pk__in=ids[start : start + AT_ONCE]).prefetch_related("identifiers")
        batch = Batch(list(chosen), clinic=clinic, today=today)
        known = accounts(batch)
        for patient in batch.patients:
            account = known.get(patient.pk)
            if account is not None:
                found += _contact(patient, account, _concern(patient, batch, concerns), at=at)
    return found


def _concerns(clinic: Clinic) -> dict[UUID, list[str]]:
    """The titles of the safety tasks that are open about each patient."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for task in open_tasks(clinic):
        kind = task_kind(task.kind)
        if task.patient_id is not None and kind.safety and kind.id != MISSED_VISIT:
            found[task.patient_id].append(kind.title.lower())
    return found


def _concern(patient: Patient, batch: Batch, titles: Mapping[UUID, Sequence[str]]) -> str:
    """What of safety is open about a patient, in words: a red safety state, whether a task is open for it or not, and tasks."""
    red = [words.lower() for words in safety_now(patient, batch).words]
    every = dict.fromkeys([*red, *titles.get(patient.pk, ())])
    # "suicide risk" is in "suicide risk, urgent".
    said = (each for each in every if not any(other != each and other.startswith(each) for other in every))
    return "; ".join(said)


def _missed_of(account: CourseAccount) -> list[date]:
    """The days since the last infusion on which the person did not come: recorded so, or passed without a word."""
    last = account.given[-1].on if account.given else date.min
    recorded = [each.on for each in account.missed_visits if each.how is not MissedHow.BY_CLINIC]
    return [on for on in (*account.missed, *recorded) if on > last]


@transaction.atomic
def _contact(patient: Patient, account: CourseAccount, concern: str, *, at: datetime) -> bool:
    scale = account.scale
    wanted = no_show_contact(
        _missed_of(account),
        drifting=scale is not None and scale.drifting,
        concern=concern,
        today=account.as_of,
    )
    if wanted is None:
        return False
    open_by_rule(
        task_kind(MISSED_VISIT),
        patient=patient,
        why=wanted.why,
        target=str(wanted.missed_on),
        key=f"{patient.pk}:{MISSED_VISIT}:{wanted.missed_on}",
        by=Machine(patient.clinic_id, MISSED_VISIT, patient.clinic.zone),
        at=at,
    )
    return True
