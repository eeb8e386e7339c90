"""That a backup was made, and that one would come back: on record, so that somebody notices when it stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import QuerySet

from tenuto.clinic.backup.making import Made
from tenuto.clinic.backup.manifest import Manifest
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ui.words import count

__all__ = ["LONGEST_UNMADE", "LONGEST_UNTRIED", "note_made", "note_tried", "overdue"]

MADE, TRIED = "made a backup", "tried a backup"
PATIENCE = timedelta(minutes=2)
"""How long the note waits for a database file that a busy clinic writes."""
LONGEST_UNMADE = timedelta(days=2)
"""The timer makes one each night; two missed ones are no chance."""
LONGEST_UNTRIED = timedelta(days=35)
"""A month and a few days: the manual asks to look once a month."""


def note_made(made: Made, *, by: Actor, at: datetime) -> None:
    """Put on record that a backup was made."""
    detail = {"file": made.path.name, "data_sha256": made.manifest.sha256, "removed": len(made.removed)}
    _note(MADE, detail, by, at)


def note_tried(path: Path, manifest: Manifest, problems: list[str], *, by: Actor, at: datetime) -> None:
    """Put on record that somebody looked whether a backup would come back, and what they found."""
    detail = {"file": path.name, "data_sha256": manifest.sha256, "comes_back": not problems}
    _note(TRIED, detail, by, at)


def _note(action: str, detail: dict[str, object], by: Actor, at: datetime) -> None:
    if connection.vendor == "sqlite":
        # Whoever writes all the time leaves others few moments; a page gives up soon, and this has time.
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE // timedelta(milliseconds=1)}")
    with transaction.atomic():
        record(action=action, subject=AuditEvent(), by=by, at=at, detail=detail)


def overdue(at: datetime) -> str:
    """What is wrong with the backups, in a sentence; empty when one was made and one was tried lately. Two queries."""
    made, tried = (_about_backups(each).first() for each in (MADE, TRIED))
    if made is None:
        return "None was ever made. What is entered is lost with this machine."
    if at - made.recorded_at > LONGEST_UNMADE:
        return f"The newest is of {_ago(made, at)}. What was entered since is lost with this machine."
    if tried is None:
        return "Nobody has tried yet whether one would come back (tenuto backup verify)."
    if not tried.detail.get("comes_back"):
        return f"The one that was tried {_ago(tried, at)} would not come back whole. Keep an older one, and try another."
    if at - tried.recorded_at > LONGEST_UNTRIED:
        return f"Whether one would come back was last tried {_ago(tried, at)} (tenuto backup verify)."
    return ""


def _ago(event: AuditEvent, at: datetime) -> str:
    return f"{count((at - event.recorded_at).days, 'day')} ago"


def _about_backups(action: str) -> QuerySet[AuditEvent]:
    """The newest first. By its subject, which is indexed: a supervisor asks every few seconds, and a chain has millions of events."""
    about = AuditEvent.objects.filter(subject_type=AuditEvent._meta.label_lower, action=action)
    return about.order_by("-number")
