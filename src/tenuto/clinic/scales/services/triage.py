"""Suicide triage: a level that a clinician found, with its task in the same transaction (hazard H18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role, may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, end_tasks, open_by_rule
from tenuto.clinic.scales.models import SuicideTriage
from tenuto.core.intake.tasks import for_level
from tenuto.core.literature.tasks import EndsBy
from tenuto.core.scales import suicide_triage

__all__ = ["record_triage"]


@transaction.atomic
def record_triage(
    *,
    patient: Patient,
    level: suicide_triage.RiskLevel,
    rests_on: str,
    screen: Mapping[str, int | None] | None = None,
    known: int | None = None,
    by: Staff,
    at: datetime,
) -> tuple[SuicideTriage, tuple[TaskRow, ...]]:
    """Keep the level that a clinician found; every level above none opens its task.

    It ends the tasks that waited for a triage, where `by` is who has to end them and they were open at the event `known`,
    the newest that the page showed; None where there was no page. Raises ScaleError.
    """
    check_role(by, "scale.triage")
    read = suicide_triage.read_screen(screen) if screen else None
    triage = suicide_triage.record(level=level, rests_on=rests_on, by=by.audit_name, at=at, screen=read)
    row = SuicideTriage(
        patient=patient,
        level=int(triage.level),
        rests_on=triage.rests_on,
        rules_version=triage.rules,
        screen=dict(screen) if screen else None,
        # Who had decided it then: a role may be another one later.
        by_prescriber=may(by, "intake.decide"),
    )
    detail = {"level": triage.level.name}
    kind = EventKind.WRITE
    if triage.contradicted:
        # Somebody else reads in the weekly review why a clinician went below what the patient answered.
        kind, detail = EventKind.OVERRIDE, {**detail, "answers": triage.contradicted, "reason": row.rests_on}
    keep(row, action="recorded suicide triage", by=by, at=at, detail=detail, kind=kind)
    # What waited for a triage ends before this one opens its own.
    end_tasks(
        patient=patient, ends_by=EndsBy.TRIAGE, subject=row, known=known, note=row.rests_on, by=by, at=at
    )
    tasks = tuple(open_by_rule(rule, patient=patient, by=by, at=at) for rule in for_level(triage.level))
    return row, tasks
