"""The one way to write an audit event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from tenuto.clinic.ledger import anchor, chain, origin
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.append_only import AddedRow, row_digest
from tenuto.clinic.ledger.canonical import texts_of, values_of
from tenuto.clinic.ledger.head import held_head
from tenuto.clinic.ledger.marks import take_marks
from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.ledger.sealed import await_event, keep_states
from tenuto.clinic.ledger.sealed_check import unfit_rows
from tenuto.core.sentences import check_reason

__all__ = ["accept_break", "record", "record_access", "record_read"]


def record(
    *,
    action: str,
    subject: models.Model,
    by: Actor,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    kind: EventKind = EventKind.WRITE,
) -> AuditEvent:
    """Write the audit event of an action, in the transaction of the action.

    The event takes with it the digests of all append-only rows that this transaction wrote since the last one, and the
    states of the rows that it changed of sealed tables.
    Raises RuntimeError outside a transaction (an action could be kept without its event), `ChainBroken` when events were
    removed from the chain, ValueError when `at` has no time zone and TypeError when `detail` holds something JSON
    doesn't know.
    """
    head = _held_head(action)
    anchor.check_contained(head)
    return _append(head, action=action, subject=subject, by=by, at=at, detail=detail, kind=kind)


@transaction.atomic
def accept_break(*, why: str, subject: models.Model, by: Actor, at: datetime) -> AuditEvent:
    """Go on after the chain was found broken: with what is there, on record, and with the anchors begun anew.

    Rows of sealed tables that were changed past the program are sealed as they are; the event names each of them.

    For the operator of the server, after the database was restored from a backup or an attack was looked into. Raises
    ValueError without a reason, or when nothing is broken.
    """
    why = check_reason(why, "The audit needs a reason. Say what happened and who decided to go on.")
    head = _held_head("accepted a break")
    unfit = list(unfit_rows())
    broken = [*anchor.disagreements(head), *(row.sentence for row in unfit)]
    if not broken:
        raise ValueError(
            "The chain contains what its anchors know, and the rows are as it left them; there is no break to accept."
        )
    for row in unfit:
        await_event(row.model, row.row)
    detail = {"why": why, "broken": broken, "ended_at": head.number}
    event = _append(
        head, action=anchor.ACCEPTED, subject=subject, by=by, at=at, detail=detail, kind=EventKind.OVERRIDE
    )
    transaction.on_commit(anchor.begin_anew)
    return event


def _append(
    head: anchor.Anchor,
    *,
    action: str,
    subject: models.Model,
    by: Actor,
    at: datetime,
    detail: Mapping[str, Any] | None,
    kind: EventKind,
) -> AuditEvent:
    if at.tzinfo is None:
        raise ValueError(f"'{action}' at {at} has no time zone.")
    number = head.number + 1
    now = timezone.now()
    anchor.note_clock(head.recorded_at, now)
    keep_states(number)
    added = [mark.row for mark in take_marks() if isinstance(mark, AddedRow)]
    rows = [[row._meta.label_lower, str(row.pk), row_digest(row)] for row in added]
    event = AuditEvent(
        number=number,
        clinic_id=by.clinic_id,
        kind=str(kind),
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk or ""),
        patient_id=_patient_of(subject),
        by_id=str(by.pk),
        by_name=by.audit_name[:300],
        at=at,
        recorded_at=now,
        origin=origin.current(),
        detail_json=json.dumps(dict(detail or {}), sort_keys=True),
        rows_json=json.dumps(rows),
        previous=head.mac,
    )
    event.mac = chain.mac(texts_of(AuditEvent, values_of(event)))
    # Past AppendOnly.save: the chain itself is not sealed by a further event.
    models.Model.save(event, force_insert=True)
    transaction.on_commit(partial(anchor.advance, event.number))
    return event


def record_read(
    *, subject: models.Model, by: Actor, at: datetime, what: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Write that someone looked: at `what` (a page, a search, a print, an export) of `subject`."""
    with transaction.atomic():
        record(action=what, subject=subject, by=by, at=at, detail=detail, kind=EventKind.READ)


def record_access(
    *, action: str, subject: models.Model, by: Actor, at: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Write that a door was opened, tried or closed: signing in and out, a refusal, breaking the glass."""
    with transaction.atomic():
        record(action=action, subject=subject, by=by, at=at, detail=detail, kind=EventKind.ACCESS)


def _held_head(action: str) -> anchor.Anchor:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"'{action}' is not in a transaction; its audit event could be lost.")
    return held_head()


def _patient_of(subject: models.Model) -> UUID | None:
    """Whom the action concerns: the subject's own `patient`, or what the subject says of itself."""
    found: UUID | None = getattr(subject, "patient_id", None) or getattr(subject, "audit_patient_id", None)
    return found
