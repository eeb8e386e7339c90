"""Does the jobs, one after the other: beside the server in one process, or alone (`tenuto worker`).

The library's worker takes a job from the list and notes its end. What it leaves to us: regular jobs, and the jobs of a
worker that died.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as ListWorker
from django_tasks_db.models import DBTaskResult

from tenuto.clinic.live.jobs import LONG, enqueue_due
from tenuto.clinic.live.models import WorkerSign
from tenuto.clinic.live.seals import is_sealed, take_out_unreadable

__all__ = ["TRIES", "Worker", "failed_jobs", "revive", "sign_of_life", "somebody_works"]

EVERY_SECONDS = 5.0
SILENCE = timedelta(minutes=1)
"""A worker that gave no sign for so long is taken for dead."""
TRIES = 3
logger = logging.getLogger(__name__)


class _SealedListWorker(ListWorker):
    """Does only what the program itself has asked for. The function of another job is not even looked up."""

    def run_task(self, db_task_result: DBTaskResult[..., Any]) -> None:
        if is_sealed(db_task_result):
            super().run_task(db_task_result)
            return
        logger.critical(
            "Job %s was put into the list or changed past the program; not done.", db_task_result.id
        )
        db_task_result.set_failed(PermissionError("It was put into the list or changed past the program."))


class Worker:
    """Threads: one does jobs, one those that take minutes, one gives signs of life, sets regular jobs going and looks after
    the dead."""

    def __init__(self, every: float = EVERY_SECONDS, interval: float = 1.0) -> None:
        self._every = every
        self._stopped = threading.Event()
        self.name = f"worker-{uuid4().hex[:12]}"
        self._lists = [self._list(interval, ["*"], [LONG]), self._list(interval, [LONG], [])]
        self._threads = [
            *(
                threading.Thread(target=self._work, args=[each], name="jobs", daemon=True)
                for each in self._lists
            ),
            threading.Thread(target=self._watch, name="regular jobs", daemon=True),
        ]

    def _list(self, interval: float, queues: list[str], without: list[str]) -> _SealedListWorker:
        return _SealedListWorker(
            queue_names=queues,
            interval=interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=self.name,
            excluded_queue_names=without,
        )

    def start(self) -> None:
        """Begin. The first sign of life comes before the first job."""
        sign_of_life(self.name, timezone.now())
        close_old_connections()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the jobs at hand, and end."""
        self._stopped.set()
        for each in self._lists:
            each.running = False
        for thread in self._threads:
            thread.join()
        WorkerSign.objects.filter(worker=self.name).delete()

    def _work(self, jobs: _SealedListWorker) -> None:
        while not self._stopped.is_set():
            try:
                jobs.run()
            except DatabaseError as error:
                # A locked or lost database comes back; the list is still there then.
                logger.warning("The list of jobs could not be read: %s", error)
                self._stopped.wait(self._every)
            except Exception:
                logger.exception("A job in the list can't be read.")
                take_out_unreadable()
                self._stopped.wait(self._every)
        close_old_connections()

    def _watch(self) -> None:
        while not self._stopped.wait(self._every):
            close_old_connections()
            now = timezone.now()
            try:
                sign_of_life(self.name, now)
                enqueue_due(now)
                revive(now)
            except DatabaseError as error:
                logger.warning("Regular jobs could not be set going: %s", error)
            except Exception:
                logger.exception("A job in the list can't be read.")
                take_out_unreadable()
            finally:
                # A connection that waits with this thread is one fewer for the clinic's pages.
                close_old_connections()


def sign_of_life(worker: str, now: datetime) -> None:
    """Note that a worker is there."""
    WorkerSign.objects.update_or_create(worker=worker, defaults={"seen_at": now})


def somebody_works() -> bool:
    """Whether any worker gives signs of life. One query."""
    return _signs(timezone.now()).exists()


def _signs(now: datetime) -> QuerySet[WorkerSign]:
    # A sign that lies ahead is none: the clock was put back, and that worker may be long dead.
    return WorkerSign.objects.filter(seen_at__gt=now - SILENCE, seen_at__lt=now + SILENCE)


@transaction.atomic
def revive(now: datetime) -> int:
    """Put the jobs of dead workers on the list again, or give them up after some tries. How many were found."""
    alive = set(_signs(now).values_list("worker", flat=True))
    running = DBTaskResult.objects.running().select_for_update(skip_locked=True)
    dead = [result for result in running if not result.worker_ids or result.worker_ids[-1] not in alive]
    for result in dead:
        if len(result.worker_ids) < TRIES:
            result.status = TaskResultStatus.READY
            result.save(update_fields=["status"])
        else:
            result.set_failed(RuntimeError(f"Its worker died {TRIES} times."))
    return len(dead)


def failed_jobs() -> list[DBTaskResult[..., Any]]:
    """The jobs that failed; a person has to look. The newest first."""
    return list(DBTaskResult.objects.failed().order_by("-finished_at"))
