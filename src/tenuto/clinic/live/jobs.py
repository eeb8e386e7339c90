"""Jobs are functions marked with `job`; they are kept in the database until a worker has done them.

A job can be done twice, when its worker dies between the work and the note of it: like a sender of the outbox, it must
treat what is done as done. Its arguments are what JSON can hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django_tasks import task
from django_tasks.base import Task

from tenuto.clinic.live.models import Beat

__all__ = ["Regular", "enqueue_due", "every", "job", "regular_jobs"]

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


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


def job(function: Callable[..., Any]) -> Task[..., Any]:
    """Make a module-level function a job: `the_job.enqueue(...)` puts it on the list in the transaction at hand."""
    made: Task[..., Any] = task()(function)
    return made


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


def enqueue_due(now: datetime) -> list[str]:
    """Put the regular jobs on the list whose turn has come, each once however many processes ask. Their names."""
    return [regular.name for regular in regular_jobs() if _take_turn(regular, now)]


@transaction.atomic
def _take_turn(regular: Regular, now: datetime) -> bool:
    turn = regular.turn(now)
    Beat.objects.get_or_create(job=regular.name, defaults={"turn": turn - 1})
    # The row is taken by one process; the others find the turn in it.
    taken = Beat.objects.filter(job=regular.name, turn__lt=turn).update(turn=turn)
    if taken:
        regular.task.enqueue()
    return bool(taken)
