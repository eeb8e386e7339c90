"""What must be sent out waits in a table until it has left: written with the action, sent at least once.

A sweep leases a message, sends it, and marks it sent. When the program dies between any two of these, the lease runs
out and the next sweep sends again, with the same key; a sender must treat a key that it knows as done.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.models import OutboxMessage
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
]

LEASE = timedelta(minutes=2)
"""How long a sweep may take with one message before another sweep takes it."""
ATTEMPTS = 10
LONGEST_PAUSE = timedelta(hours=6)


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

    def send(self, *, key: str, kind: str, payload: Mapping[str, Any]) -> None:
        """Write the file in one step; the same key is the same file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
        if target.exists():
            return
        draft = target.with_suffix(".new")
        draft.write_text(json.dumps({"key": key, "kind": kind, "payload": payload}, indent=1), "utf-8")
        os.replace(draft, target)  # noqa: PTH105 - atomic on one file system, and says so


def enqueue(*, key: str, kind: str, payload: Mapping[str, Any], due_at: datetime) -> None:
    """Let a message leave at `due_at`. In the transaction of the action; the same key again changes nothing."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"The message '{key}' needs the transaction of the action that wants it.")
    OutboxMessage.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": dict(payload), "due_at": due_at}
    )


def sweep(*, now: datetime, sender: Sender) -> int:
    """Send what is due, one message at a time, and return how many left."""
    sent = 0
    while (message := _lease(now)) is not None:
        try:
            sender.send(key=message.key, kind=message.kind, payload=message.payload)
        except NotSent as problem:
            _postpone(message, now, str(problem))
        else:
            _mark_sent(message, now)
            sent += 1
    return sent


def stuck() -> list[OutboxMessage]:
    """The messages that were tried too often; a person has to look."""
    return list(OutboxMessage.objects.filter(sent_at__isnull=True, attempts__gte=ATTEMPTS).order_by("due_at"))


def configured_sender() -> Sender | None:
    """The sender of the settings; None when this installation sends nothing, and messages wait."""
    if not settings.OUTBOX_SENDER:
        return None
    path, arguments = settings.OUTBOX_SENDER
    made: Sender = import_string(path)(*arguments)
    return made


@transaction.atomic
def _lease(now: datetime) -> OutboxMessage | None:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    waiting = OutboxMessage.objects.filter(free, sent_at__isnull=True, due_at__lte=now, attempts__lt=ATTEMPTS)
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    message = waiting.order_by("due_at", "pk").first()
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
    message.due_at, message.leased_until, message.problem = now + pause, None, problem[:300]
    message.save(update_fields=["due_at", "leased_until", "problem"])
