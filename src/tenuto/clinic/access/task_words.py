"""The audit events about tasks in words: which task, what became of it with the note, and how late that was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenuto.clinic.ports.api import given_on_to
from tenuto.clinic.ui.words import duration
from tenuto.core.literature.tasks import EndsBy, TaskKind, task_kinds

__all__ = ["TASK_EVENTS", "kind_of_task", "late_by", "what_became"]

CLOSED, ESCALATED, NOT_REACHED = "closed task", "escalated task", "recorded not reached"
TASK_EVENTS = (CLOSED, ESCALATED, NOT_REACHED)
"""The events that say what became of a task."""


def kind_of_task(detail: Mapping[str, Any]) -> TaskKind | None:
    """The kind of the task that an event is about; None of another event, or of a kind that is no more."""
    return task_kinds().get(str(detail.get("kind", "")))


def what_became(action: str, detail: Mapping[str, Any]) -> str:
    """'ended 3 h late by a suicide triage: Talked it over.', 'given on to Dora (dora), 16 min late'."""
    late = late_by(detail)
    if action == ESCALATED:
        return f"given on to {given_on_to(str(detail.get('told', '')))}{f', {late}' if late else ''}"
    if action == NOT_REACHED:
        return _not_reached(detail)
    note = str(detail.get("note", ""))
    ended = f"ended {late}" if late else "ended"
    return f"{ended} by {EndsBy(detail['ended_by']).words}{f': {note}' if note else ''}"


def late_by(detail: Mapping[str, Any]) -> str:
    """'3 h late'; empty for what was in time."""
    minutes = detail.get("minutes_late", 0)
    return f"{duration(minutes)} late" if isinstance(minutes, int) and minutes > 0 else ""


def _not_reached(detail: Mapping[str, Any]) -> str:
    """That nobody was reached, with the contact called and the check, or why there was none."""
    asked, reason = detail.get("welfare_check"), detail.get("reason", "")
    # Events from before say only whether a check was asked for.
    check = asked if isinstance(asked, str) and asked else "asked for" if asked else f"none, {reason}"
    return f"not reached: {detail.get('emergency_contact', '')} Welfare check: {check}"
