"""Jobs are functions marked with `job`; they are kept in the database until a worker has done them.

A job can be done twice, when its worker dies between the work and the note of it: like a sender of the outbox, it must
treat what is done as done. Its arguments are what JSON can hold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.anchor import CLOCK_TOLERANCE
from tenuto.clinic.live.models import Beat

__all__ = [
    "LONG",
    "Regular",
    "do_regular",
    "enqueue_due",
    "every",
    "for_each_clinic",
    "job",
    "later",
    "long_job",
    "regular_jobs",
]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "long"
"""The list of jobs that take minutes; what looks after safety each minute never waits behind them."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Regular:
    """A job that is done once in each period."""

    name: str
    period: timedelta
    task: Task[..., Any]

    def turn(self, now: datetime) -> int:
        """The number of the period that `now` lies in."""
        return (now - EPOCH) // self.period


_regular: dict[str, Regular] = {}
_at_once: ContextVar[bool] = ContextVar("at_once", default=False)


def job(function: Callable[..., Any]) -> Task[..., Any]:
    """Make a module-level function a job: `the_job.enqueue(...)` puts it on the list in the transaction at hand."""
    made: Task[..., Any] = task()(function)
    return made


def long_job(function: Callable[..., Any]) -> Task[..., Any]:
    """Make a function a job that takes minutes: it has a list and a thread of its own."""
    made: Task[..., Any] = task(queue_name=LONG)(function)
    return made


def for_each_clinic(work: Callable[[Clinic], object]) -> None:
    """Do something for every clinic, on its own clock. What goes wrong in one keeps no other from it; the job counts as failed in the end."""
    problems = []
    for clinic in Clinic.objects.all():
        try:
            with clock.on_the_clock_of(clinic):
                work(clinic)
        except Exception as problem:
            logger.exception("A regular job failed for one clinic.")
            problems.append(problem)
    if problems:
        raise ExceptionGroup("It failed for some clinics.", problems)


def every(period: timedelta) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Make a function without arguments a job that is done once in each period, by one worker of all."""

    def register(function: Callable[..., Any]) -> Task[..., Any]:
        made, name = job(function), f"{function.__module__}.{function.__qualname__}"
        _regular[name] = Regular(name, period, made)
        return made

    return register


def regular_jobs() -> tuple[Regular, ...]:
    """Every regular job, by name."""
    return tuple(_regular[name] for name in sorted(_regular))


def later(task: Task[..., Any], *arguments: Any) -> None:
    """Put a job on the list; done at once while all regular jobs are."""
    if _at_once.get():
        task.func(*arguments)
    else:
        task.enqueue(*arguments)


def do_regular() -> None:
    """Do every regular job now, with what it puts on the list, one after the other in this process."""
    before = _at_once.set(True)
    try:
        for regular in regular_jobs():
            regular.task.func()
    finally:
        _at_once.reset(before)


def enqueue_due(now: datetime) -> list[str]:
    """Put the regular jobs on the list whose turn has come, each once however many processes ask. Their names."""
    return [regular.name for regular in regular_jobs() if _take_turn(regular, now)]


@transaction.atomic
def _take_turn(regular: Regular, now: datetime) -> bool:
    turn = regular.turn(now)
    Beat.objects.get_or_create(job=regular.name, defaults={"turn": turn - 1})
    # The row is taken by one process; the others find the turn in it.
    # A turn far ahead is of a clock that was wrong, or was put in: it would keep the job from ever being done again.
    believed = turn + 1 + CLOCK_TOLERANCE // regular.period
    taken = Beat.objects.filter(Q(turn__lt=turn) | Q(turn__gt=believed), job=regular.name).update(turn=turn)
    if not taken or _waits(regular.task):
        return False
    regular.task.enqueue()
    return True


def _waits(regular: Task[..., Any]) -> bool:
    """Whether the job stands on the list already: a busy worker does it once and not for each period that went by."""
    # On its own list: a row that somebody puts into another one, where it is not found soon, keeps no job from its turn.
    own = {"queue_name": regular.queue_name, "backend_name": regular.backend}
    return DBTaskResult.objects.ready().filter(task_path=regular.module_path, **own).exists()
