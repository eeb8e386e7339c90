"""An infusion that differs from what was signed is kept, named, and somebody's task (hazard H23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.models import InfusionReport, InfusionStruck
from tenuto.clinic.course.services.accounts import infusion_fact
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ports.api import TaskOutcome, end_task, open_by_rule, open_tasks_of
from tenuto.core.course.account import account_of
from tenuto.core.course.facts import CourseFacts, SignedCourse
from tenuto.core.course.judged import CourseDeviation
from tenuto.core.literature.tasks import DEVIATION, EndsBy, task_kind

__all__ = ["name_deviations"]

RULE = "course.deviation"


def name_deviations(
    row: InfusionReport | InfusionStruck, on: date, signed: Sequence[SignedCourse], *, by: Staff, at: datetime
) -> tuple[CourseDeviation, ...]:
    """Open a task for each deviation of the day that has none; end those that `row`, a correction or a strike, makes untrue."""
    patient = row.patient
    reports = InfusionReport.objects.filter(patient=patient, struck=None)
    facts = CourseFacts(tuple(map(infusion_fact, reports)), (), tuple(signed))
    found = account_of(
        facts, as_of=clock.day_of(patient.clinic, at), policy=policy_of(patient.clinic)
    ).deviations
    wanted = {f"{each.on}:{each.code}": each for each in found}
    waiting = {task.target: task for task in open_tasks_of(patient) if task.kind == DEVIATION}
    for target, task in waiting.items():
        if target not in wanted:
            end_task(
                task=task.id, ends_by=EndsBy.CORRECTION, subject=row, outcome=TaskOutcome.NOT_NEEDED,
                by=Machine(patient.clinic_id, RULE, patient.clinic.zone), at=at,
            )  # fmt: skip
    of_day = tuple(each for each in found if each.on == on)
    for each in of_day:
        target = f"{each.on}:{each.code}"
        if target not in waiting:
            open_by_rule(task_kind(DEVIATION), patient=patient, why=each.text, target=target, by=by, at=at)
    return of_day
