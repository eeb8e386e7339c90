"""What the program does about its lists on its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.desk.comparing import differences_of
from tenuto.clinic.desk.models import Progress
from tenuto.clinic.desk.projection import judge_all, rebuild, wait
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live.api import every, for_each_clinic, long_job
from tenuto.clinic.ports.api import open_tasks

__all__ = ["judge_lists", "look_over_lists", "mend", "work_out_lists"]

RULE = "lists say what is recorded"


@every(timedelta(minutes=10))
def judge_lists() -> None:
    """Have the lists worked out whose rows are of yesterday, of another policy, or behind what was done."""
    for_each_clinic(lambda clinic: work_out_lists.enqueue(str(clinic.pk)) if wait(clinic) else None)


@long_job
def work_out_lists(clinic_id: str) -> None:
    """Work the lists of a clinic out for today; of thousands of patients it takes minutes."""
    clinic = Clinic.objects.get(pk=UUID(clinic_id))
    judge_all(clinic, today=clock.today(clinic))


@every(timedelta(hours=1))
def look_over_lists() -> None:
    """Work lists out anew that do not say what is recorded, and say so in the weekly review: nobody drops out of sight."""
    for progress in Progress.objects.select_related("clinic"):
        mend(progress.clinic)


@every(timedelta(minutes=1))
def look_over_those_at_risk() -> None:
    """The same for those about whom a task of safety is open: few, and nobody of them may be out of sight for an hour."""
    for progress in Progress.objects.select_related("clinic"):
        at_risk = {task.patient_id for task in open_tasks(progress.clinic) if task.safety and task.patient_id}
        mend(progress.clinic, only=at_risk)


def mend(clinic: Clinic, *, only: Collection[UUID] | None = None) -> int:
    """Work the lists of a clinic out anew when they differ from what is recorded, of everybody or of some.

    Returns how many differences there were.
    """
    found = list(differences_of(clinic, only))
    if found:
        with transaction.atomic():
            rebuild(clinic)
            record(
                action="lists were changed past the program", subject=clinic, by=Machine(clinic.pk, RULE, clinic.zone), at=clock.now(clinic),
                kind=EventKind.OVERRIDE, detail={"differences": len(found)},
            )  # fmt: skip
        judge_all(clinic, today=clock.today(clinic))
    return len(found)
