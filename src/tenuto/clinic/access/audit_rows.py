"""Audit events as people read them: whose record it was by name, a refusal by what was refused, the rest in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps

from tenuto.clinic.access.task_words import TASK_EVENTS, kind_of_task, what_became
from tenuto.clinic.accounts.api import WHO_MAY
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.news import in_words
from tenuto.clinic.ledger.models import AuditEvent

__all__ = ["EventRow", "names_of", "rows_of"]

STAFF = Staff._meta.label_lower
SHORT = 200
"""Characters of a detail that are shown; the whole of it stays in the event."""
UNKNOWN = "a patient who is not here"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. `patient_id` is set where it is about one patient, `of` says what it is about in either case."""

    number: int
    recorded_at: datetime
    who: str
    kind: str
    what: str
    patient_id: UUID | None
    patient: str
    of: str
    whose: str
    """The name of the colleague whose sign-in it is about; empty for all else."""
    said: str
    """What changed, of a sign-in; which task it was, what became of it and how late, of a task."""
    reason: str
    details: tuple[tuple[str, str], ...]
    origin: str


def names_of(clinic: Clinic, events: Iterable[AuditEvent]) -> dict[UUID, str]:
    """The names of the patients whom events are about. Four queries."""
    ids = {event.patient_id for event in events if event.patient_id}
    return {patient.pk: patient.name for patient in clinic.patients.filter(pk__in=ids)}


def rows_of(clinic: Clinic, events: Iterable[AuditEvent]) -> tuple[EventRow, ...]:
    """The events in words, in their order. Five queries."""
    kept = tuple(events)
    names, staff = names_of(clinic, kept), _staff_of(clinic, kept)
    return tuple(_row(event, names, staff) for event in kept)


def _staff_of(clinic: Clinic, events: Iterable[AuditEvent]) -> dict[str, str]:
    ids = {event.subject_id for event in events if event.subject_type == STAFF and event.subject_id}
    return {str(key): name for key, name in clinic.staff.filter(pk__in=ids).values_list("pk", "name")}


def _row(event: AuditEvent, names: Mapping[UUID, str], staff: Mapping[str, str]) -> EventRow:
    detail = event.detail
    return EventRow(
        number=event.number,
        recorded_at=event.recorded_at,
        who=event.by_name,
        kind=event.get_kind_display(),
        what=_what(event.action, detail),
        patient_id=event.patient_id,
        patient=names.get(event.patient_id, UNKNOWN) if event.patient_id else "",
        of=_kind_of_thing(event.subject_type),
        whose=staff.get(event.subject_id, "") if event.subject_type == STAFF else "",
        said=_said(event, detail),
        reason=str(detail.get("reason", "")),
        details=tuple(_details(event, detail)),
        origin=event.origin,
    )


def _said(event: AuditEvent, detail: Mapping[str, Any]) -> str:
    if event.subject_type == STAFF:
        return in_words(detail)
    kind = kind_of_task(detail)
    if kind is None or event.action not in (*TASK_EVENTS, "opened task"):
        return ""
    became = f", {what_became(event.action, detail)}" if event.action in TASK_EVENTS else ""
    return f"{kind.title}{became}"


def _what(action: str, detail: Mapping[str, Any]) -> str:
    verb = detail.get("verb")
    if action != "refused" or not isinstance(verb, str):
        return action
    return f"refused: {WHO_MAY[verb].words if verb in WHO_MAY else verb}"


def _kind_of_thing(label: str) -> str:
    """The model's name in words; a table that has gone keeps the label it had."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def _details(event: AuditEvent, detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield event.subject_type, event.subject_id
    for key, value in detail.items():
        if value not in ("", None):
            yield key.replace("_", " "), _text(value)[:SHORT]
    yield "seal", event.mac[:12]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)}: {', '.join(map(_text, value))}" if value else "none"
    return str(value)
