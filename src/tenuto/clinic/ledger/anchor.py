"""The newest event's number and mac, kept in a file outside the database, so that a cut tail is found.

Put the file where whoever can write the database can't write (TENUTO_LEDGER_ANCHOR), or note what
`tenuto audit anchor` prints somewhere else now and then.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from tenuto.clinic.ledger.models import AuditEvent

__all__ = ["Anchor", "advance", "forget", "read"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the chain had reached. `genuine` says that the file was written with the key."""

    number: int
    mac: str
    genuine: bool


def read() -> Anchor | None:
    """The anchor; None when there is no file. A file that can't be read is an anchor that is not genuine."""
    try:
        text = Path(settings.LEDGER_ANCHOR).read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        found = json.loads(text)
        number, head, seal = int(found["number"]), str(found["mac"]), str(found["seal"])
    except (ValueError, KeyError, TypeError):
        return Anchor(0, "", genuine=False)
    return Anchor(number, head, hmac.compare_digest(seal, _seal(number, head)))


def forget() -> None:
    """Read the file again before the next event; for a process whose database was exchanged."""
    connection.tenuto_anchored = 0  # type: ignore[attr-defined]


def advance(number: int) -> None:
    """Move the anchor to the newest committed event; called after the commit of event `number`."""
    # A transaction with many events calls once for each; the first call already wrote the newest.
    if number <= getattr(connection, "tenuto_anchored", 0):
        return
    newest = AuditEvent.objects.order_by("-number").values_list("number", "mac").first()
    if newest is None:
        return
    _write(*newest)
    connection.tenuto_anchored = newest[0]  # type: ignore[attr-defined]


def _write(number: int, head: str) -> None:
    """Replace the file in one step, unless another process was faster with a newer event."""
    path = Path(settings.LEDGER_ANCHOR)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = read()
        if known and known.genuine and known.number >= number:
            return
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps({"number": number, "mac": head, "seal": _seal(number, head)}), "utf-8")
        os.replace(draft, path)  # noqa: PTH105 - atomic on one file system, and says so


def _seal(number: int, head: str) -> str:
    return hmac.new(
        settings.LEDGER_KEY.encode(), f"anchor {number} {head}".encode(), hashlib.sha256
    ).hexdigest()
