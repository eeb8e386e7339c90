"""What must be sent out waits in a table until it has left: written with the action, sent at least once.

What a message says, when it is due and that it has left is sealed, so that nobody speaks in the clinic's name by a row that
they put into the table: such a message is set aside, on record, and `tenuto audit verify` names it, as it names one that
was taken out.

A sweep leases a message, sends it, and marks it sent. When the program dies between any two of these, the lease runs
out and the next sweep sends again, with the same key; a sender must treat a key that it knows as done.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from tenuto.clinic.ledger.actors import SYSTEM, Actor
from tenuto.clinic.ledger.anchor import ChainBroken
from tenuto.clinic.ledger.models import OutboxMessage
from tenuto.clinic.ledger.sealed import ChangedPastProgram, check_sealed
from tenuto.clinic.ledger.services import record

__all__ = [
    "ATTEMPTS",
    "LEASE",
    "FileSender",
    "NotSent",
    "Sender",
    "configured_sender",
    "enqueue",
    "stuck",
    "sweep",
    "try_again",
    "written_by",
]

LEASE = timedelta(minutes=2)
"""How long a sweep may take with one message before another sweep takes it."""
ATTEMPTS = 10
LONGEST_PAUSE = timedelta(hours=6)
logger = logging.getLogger(__name__)
NOT_OURS = "Not sent: this message was put in or changed past the program."


class NotSent(Exception):
    """The other side did not take it. The text says why, and nothing about a patient."""


class Sender(Protocol):
    """Something that sends a message out. A key that it knows is done already."""

    def send(self, *, key: str, kind: str, payload: Mapping[str, Any]) -> None:
        """Send, or raise `NotSent`."""


class FileSender:
    """Writes each message to a file of a folder. Nothing leaves a development machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: str) -> Mapping[str, Any] | None:
        """What was written under a key; None when nothing was, or it can't be read."""
        try:
            found: Mapping[str, Any] = json.loads(self._file(key).read_text("utf-8"))["payload"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found

    def _file(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def send(self, *, key: str, kind: str, payload: Mapping[str, Any]) -> None:
        """Write the file in one step; the same key is the same file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self._file(key)
        if target.exists():
            return
        draft = target.with_suffix(".new")
        draft.write_text(json.dumps({"key": key, "kind": kind, "payload": payload}, indent=1), "utf-8")
        os.replace(draft, target)  # noqa: PTH105 - atomic on one file system, and says so


Writer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Makes of what waits in the table what is sent. It raises `NotSent` when there is nothing to send any more."""
_writers: dict[str, Writer] = {}


def written_by(kind: str, writer: Writer) -> None:
    """Have messages of a kind written as they leave, so that what they tell, such as a link, waits in no table."""
    _writers[kind] = writer


def _written(message: OutboxMessage) -> Mapping[str, Any]:
    writer = _writers.get(message.kind)
    payload: Mapping[str, Any] = message.payload
    return writer(payload) if writer else payload


def enqueue(*, key: str, kind: str, payload: Mapping[str, Any], due_at: datetime) -> None:
    """Let a message leave at `due_at`. In the transaction of the action and before its event, which seals the message.

    The same key again changes nothing. Raises `ChangedPastProgram` when the message of that key was put in past the program.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"The message '{key}' needs the transaction of the action that wants it.")
    message, new = OutboxMessage.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": dict(payload), "due_at": due_at}
    )
    if not new:
        check_sealed([message])


def sweep(*, now: datetime, sender: Sender) -> int:
    """Send what is due, one message at a time, and return how many left."""
    sent = 0
    while (message := _lease(now)) is not None:
        try:
            check_sealed([message])
            sender.send(key=message.key, kind=message.kind, payload=_written(message))
        except ChangedPastProgram:
            _set_aside(message)
        except NotSent as problem:
            _postpone(message, now, str(problem))
        except (DatabaseError, ChainBroken):
            raise
        except Exception as problem:
            # One message that a sender chokes on keeps no other from leaving.
            logger.exception("A message could not be sent.")
            _postpone(message, now, f"The sender failed: {type(problem).__name__}.")
        else:
            _mark_sent(message, now)
            sent += 1
    return sent


def stuck() -> list[OutboxMessage]:
    """The messages that were tried too often; a person has to look."""
    return list(OutboxMessage.objects.filter(sent_at__isnull=True, attempts__gte=ATTEMPTS).order_by("due_at"))


@transaction.atomic
def try_again(number: int, *, by: Actor, at: datetime) -> None:
    """Let a message that was given up leave with the next sweep. Raises OutboxMessage.DoesNotExist for one that has left."""
    message = OutboxMessage.objects.select_for_update().get(pk=number, sent_at__isnull=True)
    message.attempts, message.leased_until = 0, None
    message.save(update_fields=["attempts", "leased_until"])
    detail = {"kind": message.kind, "key": message.key}
    record(action="tried a message again", subject=message, by=by, at=at, detail=detail)


def configured_sender() -> Sender | None:
    """The sender of the settings; None when this installation sends nothing, and messages wait."""
    if not settings.OUTBOX_SENDER:
        return None
    path, arguments = settings.OUTBOX_SENDER
    made: Sender = import_string(path)(*arguments)
    return made


def _read(number: int) -> OutboxMessage | None:
    """The message; None for one in which somebody left what can't be read, and which is given up."""
    try:
        return OutboxMessage.objects.get(pk=number)
    except ValueError:
        OutboxMessage.objects.filter(pk=number).update(attempts=ATTEMPTS, problem=NOT_OURS)
        return None


@transaction.atomic
def _lease(now: datetime) -> OutboxMessage | None:
    # A lease that ends later than any that is given now is of a clock that was ahead, or was put in.
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now) | Q(leased_until__gt=now + LONGEST_PAUSE)
    waiting = OutboxMessage.objects.filter(free, sent_at__isnull=True, due_at__lte=now, attempts__lt=ATTEMPTS)
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    number = waiting.order_by("due_at", "pk").values_list("pk", flat=True).first()
    message = None if number is None else _read(number)
    if message is not None:
        message.leased_until = now + LEASE
        message.attempts += 1
        message.save(update_fields=["leased_until", "attempts"])
    return message


@transaction.atomic
def _mark_sent(message: OutboxMessage, now: datetime) -> None:
    message.sent_at, message.problem = now, ""
    message.save(update_fields=["sent_at", "problem"])
    detail = {"kind": message.kind, "key": message.key, "attempts": message.attempts}
    record(action="sent message", subject=message, by=SYSTEM, at=timezone.now(), detail=detail)


def _postpone(message: OutboxMessage, now: datetime, problem: str) -> None:
    pause = min(timedelta(minutes=2**message.attempts), LONGEST_PAUSE)
    message.leased_until, message.problem = now + pause, problem[:300]
    message.save(update_fields=["leased_until", "problem"])


@transaction.atomic
def _set_aside(message: OutboxMessage) -> None:
    message.attempts, message.leased_until = ATTEMPTS, None
    message.problem = NOT_OURS
    message.save(update_fields=["attempts", "leased_until", "problem"])
    detail = {"kind": message.kind, "key": message.key}
    record(action="set a message aside", subject=message, by=SYSTEM, at=timezone.now(), detail=detail)
