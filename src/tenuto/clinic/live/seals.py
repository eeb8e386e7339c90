"""Jobs carry a seal, so that a row which was put into their list past the program does nothing.

The list is a table of a library, which reads the function and its arguments from it. The seal is over both and the job's id,
with the server's key, and stands among the arguments.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac
from django_tasks.base import TaskResultStatus
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

__all__ = ["SealedJobs", "is_sealed", "take_out_unreadable"]

SALT = "tenuto job"
UNDONE = [str(TaskResultStatus.READY.value), str(TaskResultStatus.RUNNING.value)]
logger = logging.getLogger(__name__)


class SealedJobs(DatabaseBackend):
    """The library's list of jobs, each with its seal."""

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> DBTaskResult[..., Any]:
        row = super()._task_to_db_task(task, args, kwargs)
        row.args_kwargs["seal"] = _seal(row, settings.SECRET_KEY)
        row.save(update_fields=["args_kwargs"])
        return row

    async def _atask_to_db_task(self, task: Any, args: Any, kwargs: Any) -> DBTaskResult[..., Any]:
        return await sync_to_async(self._task_to_db_task)(task, args, kwargs)


def is_sealed(row: DBTaskResult[..., Any]) -> bool:
    """Whether the program itself asked for this job, with these arguments."""
    given = str(row.args_kwargs.get("seal", ""))
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(given, _seal(row, key)) for key in keys)


def take_out_unreadable() -> int:
    """Take the undone jobs out of the list that no worker could read: one such row would stop them all. How many."""
    table = connection.ops.quote_name(DBTaskResult._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE status IN (%s, %s)", UNDONE)  # noqa: S608 - our own names
        unreadable = [key for (key,) in cursor.fetchall() if not _can_be_read(key)]
        for key in unreadable:
            logger.critical("A job was put into the list past the program; it was taken out: %.40r", key)
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])  # noqa: S608
    return len(unreadable)


def _can_be_read(key: Any) -> bool:
    try:
        row = DBTaskResult.objects.get(pk=key)
    except Exception:  # whatever a field makes of rubbish
        return False
    return isinstance(row.args_kwargs, dict) and isinstance(row.worker_ids, list)


def _seal(row: DBTaskResult[..., Any], key: str) -> str:
    what = [str(row.id), row.task_path, row.args_kwargs.get("args"), row.args_kwargs.get("kwargs")]
    return salted_hmac(SALT, json.dumps(what, sort_keys=True), secret=key, algorithm="sha256").hexdigest()
