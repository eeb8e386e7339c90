"""Asking for the checks of long-term safety that are due, and keeping from being booked whom one holds. By the program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Role
from tenuto.clinic.course.api import treated_patients
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.outcomes.checked import checks
from tenuto.clinic.outcomes.rules import CHECKS_RULE, check_hold_key
from tenuto.clinic.outcomes.words import hold_words, task_words
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import (
    AlreadyEnded,
    HoldKind,
    HoldRow,
    TaskOutcome,
    TaskRow,
    active_holds,
    count_ended_tasks,
    end_task,
    holds_in_force,
    lift_hold,
    open_task,
    open_tasks_about,
    open_tasks_of,
    place_hold,
)
from tenuto.clinic.scales.api import answered_since
from tenuto.core.literature.tasks import CHECK_ABNORMAL, CHECK_DUE, EndsBy, task_kind
from tenuto.core.outcomes.check_forms import check_scales
from tenuto.core.outcomes.safety_clock import CheckState, SafetyCheck

__all__ = ["LOOKS_EVERY", "push_answered", "push_checks", "push_checks_of"]

AT_ONCE = 50
"""Patients looked at together."""
LOOKS_EVERY = timedelta(minutes=1)
"""How often new answers are looked for; one look may fail and nothing is missed."""


def push_checks(clinic: Clinic, *, at: datetime) -> int:
    """Ask for what is due about a clinic's patients, place and lift the holds. Done again it changes nothing.

    How many checks somebody has to do or to decide about. A fixed number of queries for so many patients at once, while
    nothing changes.
    """
    ids, waiting, today = treated_patients(clinic), 0, clock.day_of(clinic, at)
    holds = holds_in_force(clinic, on=today)
    for start in range(0, len(ids), AT_ONCE):
        chosen = clinic.patients.filter(pk__in=ids[start : start + AT_ONCE]).prefetch_related("identifiers")
        batch = Batch(list(chosen), clinic=clinic, today=today)
        known, tasks = checks(batch), open_tasks_about([patient.pk for patient in batch.patients])
        for patient in batch.patients:
            own = known.get(patient.pk, ())
            waiting += sum(each.asks for each in own)
            _push(patient, own, tasks.get(patient.pk, ()), holds.get(patient.pk, ()), at)
    return waiting


def push_answered(clinic: Clinic, *, at: datetime) -> int:
    """The same at once for whoever answered a form that speaks for a check, by link or here. How many they were."""
    since = at - 2 * LOOKS_EVERY
    answered = answered_since(clinic, check_scales(), since=since)
    for patient in clinic.patients.filter(pk__in=answered).prefetch_related("identifiers"):
        push_checks_of(patient, at=at)
    return len(answered)


def push_checks_of(patient: Patient, *, at: datetime) -> None:
    """The same for one patient, at once: a result was recorded, or a reason."""
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    own, holds = checks(batch).get(patient.pk, ()), active_holds(patient, on=batch.today)
    _push(patient, own, open_tasks_of(patient), holds, at)


@transaction.atomic
def _push(
    patient: Patient,
    own: Sequence[SafetyCheck],
    tasks: Sequence[TaskRow],
    holds: Sequence[HoldRow],
    at: datetime,
) -> None:
    machine = Machine(patient.clinic_id, CHECKS_RULE, patient.clinic.zone)
    wanted = {(each[0], each[1]): each[2] for each in _wanted(own)}
    waiting = {(task.kind, task.target): task for task in tasks if task.kind in KINDS}
    for (kind, target), task in waiting.items():
        if (kind, target) not in wanted:
            _end(task, own, patient, machine, at)
    for (kind, target), check in wanted.items():
        if (kind, target) not in waiting:
            _ask(patient, kind, target, check, machine, at)
    _hold(patient, own, [hold for hold in holds if hold.rule == CHECKS_RULE], machine, at)


KINDS = (CHECK_DUE, CHECK_ABNORMAL)


def _wanted(own: Sequence[SafetyCheck]) -> Iterator[tuple[str, str, SafetyCheck]]:
    """Each check that is due is asked for; each result that holds is a prescriber's to look at."""
    for each in own:
        if each.state is not CheckState.NOT_DUE and not each.abnormal:
            yield CHECK_DUE, each.rule.fact, each
        if each.abnormal and each.state is CheckState.HELD:
            yield CHECK_ABNORMAL, f"{each.kind}:{each.ground}", each


def _ask(
    patient: Patient, kind: str, target: str, check: SafetyCheck, machine: Machine, at: datetime
) -> None:
    known = task_kind(kind)
    due = at + known.within if kind == CHECK_ABNORMAL else clock.end_of_day(patient.clinic, check.due)
    open_task(
        patient=patient, kind=kind, why=task_words(check, kind), owner_role=Role(known.owner), target=target[:200],
        # Asked once, however many workers find it at once; what was ended and is due again is asked again.
        key=f"{patient.pk}:{kind}:{target[:100]}:{count_ended_tasks(patient)}",
        due=due, by=machine, at=at,
    )  # fmt: skip


def _end(task: TaskRow, own: Sequence[SafetyCheck], patient: Patient, machine: Machine, at: datetime) -> None:
    """A result that came since the task was opened has done it; else it is no longer called for."""
    opened = clock.day_of(patient.clinic, task.recorded_at)
    about = {each.rule.fact: each for each in own} | {str(each.kind): each for each in own}
    check = about.get(task.target) or about.get(task.target.partition(":")[0])
    done = check is not None and check.last is not None and check.last.on >= opened
    # Somebody may have ended it a moment ago.
    with suppress(AlreadyEnded):
        end_task(
            task=task.id,
            ends_by=EndsBy.RESULT if done else EndsBy.CORRECTION,
            subject=patient,
            outcome=TaskOutcome.DONE if done else TaskOutcome.NOT_NEEDED,
            note="A result is on record." if done else "What is on record now does not call for it.",
            by=machine,
            at=at,
        )


def _hold(
    patient: Patient, own: Sequence[SafetyCheck], placed: Sequence[HoldRow], machine: Machine, at: datetime
) -> None:
    wanted = {check_hold_key(each): each for each in own if each.state is CheckState.HELD}
    for hold in placed:
        if hold.key not in wanted:
            # Somebody may have lifted it a moment ago.
            with suppress(AlreadyEnded):
                lift_hold(hold=hold.id, why="What it was for is over.", by=machine, at=at)
    standing = {hold.key for hold in placed}
    for key, check in wanted.items():
        if key not in standing:
            place_hold(
                patient=patient, kind=HoldKind.CHECK, rule=CHECKS_RULE, key=key, why=hold_words(check),
                by=machine, at=at,
            )  # fmt: skip
