"""Whether the lists say what would be worked out now: a row that was changed or taken out by hand would hide somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import models

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.desk.models import Progress, Standing, WorkRow
from tenuto.clinic.desk.projection import BATCH, changes_after, rows_of_nobody, worked_out
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.policies.api import policy_of

__all__ = ["differences_of", "list_differences"]

ANEW = "Work it out anew: `tenuto manage judge_worklist --rebuild`."


def list_differences() -> Iterator[str]:
    """A sentence for each patient of whom the lists say something else. Writes nothing.

    Left out is whoever waits to be worked out, because something was recorded since or the day is another.
    """
    for progress in Progress.objects.select_related("clinic"):
        yield from differences_of(progress.clinic)


def differences_of(clinic: Clinic, only: Collection[UUID] | None = None) -> Iterator[str]:
    """The same for one clinic, or for some of its patients; nothing before its lists were worked out for the first time.

    What somebody records while this looks is no difference: only what is found twice counts.
    """
    with clock.on_the_clock_of(clinic):
        found = list(_of_clinic(clinic, only))
        again = set(_of_clinic(clinic, only)) if found else set()
    yield from (each for each in found if each in again)


def _of_clinic(clinic: Clinic, only: Collection[UUID] | None) -> Iterator[str]:
    progress = Progress.objects.filter(clinic=clinic).first()
    if progress is None:
        return
    through = progress.through_event
    newest = AuditEvent.objects.aggregate(newest=models.Max("number"))["newest"] or 0
    if through > newest:
        yield f"The lists of {clinic} follow the audit chain beyond its end. {ANEW}"
    today, policy = clock.today(clinic), policy_of(clinic)
    since = set(changes_after(clinic, through).values_list("patient_id", flat=True))
    everyone = list(clinic.patients.values_list("pk", flat=True)) if only is None else list(only)
    standings_kept = Standing.objects.filter(clinic=clinic, **({} if only is None else {"patient__in": only}))
    listed = set(standings_kept.values_list("patient", flat=True))
    for lost in (pk for pk in everyone if pk not in listed and pk not in since):
        yield f"Patient {lost} is in no list. {ANEW}"
    if None not in since:
        kept = WorkRow.objects.filter(clinic=clinic, patient=None)
        if Counter(map(_values, kept)) != Counter(map(_values, rows_of_nobody(clinic))):
            yield f"What waits in {clinic} about no one patient is not what the worklist says. {ANEW}"
    settled = standings_kept.filter(policy_sha256=policy.sha256, as_of=today)
    chosen = [pk for pk in settled.values_list("patient", flat=True) if pk not in since]
    for start in range(0, len(chosen), BATCH):
        some = chosen[start : start + BATCH]
        standings, work = worked_out(clinic, some, policy=policy, today=today)
        yield from _differing(Standing.objects.filter(patient__in=some), standings, "the list of patients")
        yield from _differing(WorkRow.objects.filter(patient__in=some), work, "the worklist")


def _differing(kept: Iterable[models.Model], wanted: Iterable[models.Model], where: str) -> Iterator[str]:
    old, new = Counter(map(_values, kept)), Counter(map(_values, wanted))
    patients: set[UUID] = {values[0] for values in (old - new) + (new - old)}
    for patient in sorted(patients, key=str):
        yield f"Of patient {patient}, {where} does not say what is recorded. {ANEW}"


def _values(row: Any) -> tuple[Any, ...]:
    names = [f.attname for f in row._meta.concrete_fields if f.name not in ("id", "patient")]
    return (row.patient_id, *(str(getattr(row, name)) for name in names))
