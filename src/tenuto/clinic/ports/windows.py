"""Between which days a patient should be booked: as it was forecast, and as it was decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Actor, Machine
from tenuto.clinic.ledger.facts import IN_ORDER, NEWEST_FIRST, recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.actors import check_may
from tenuto.clinic.ports.models import Window
from tenuto.clinic.ports.rows import WindowRow
from tenuto.core.sentences import LONGEST_REASON, check_note, shortened

__all__ = ["WindowKind", "current_window", "set_window", "windows", "windows_among", "withdraw_window"]

WindowKind = Window.Kind
NEXT = (WindowKind.FORECAST, WindowKind.DECIDED)
"""Between which days the next infusion falls."""


@transaction.atomic
def set_window(
    *,
    patient: Patient,
    opens: date,
    closes: date,
    why: str,
    kind: WindowKind | None = None,
    by: Actor,
    at: datetime,
) -> WindowRow:
    """Say between which days a patient should be booked; replaces the window of the same kind before.

    What a machine sets was forecast, what a person sets was decided, unless `kind` says otherwise; a machine decides
    nothing. The same window for the same reason again is the one that stands: nothing is written.
    """
    check_may(by, "window.set", patient)
    kind = kind or _usual(by)
    if kind is not WindowKind.FORECAST and isinstance(by, Machine):
        raise PermissionError(f"{by.audit_name} may not decide on a window. A prescriber does.")
    if closes < opens:
        raise ValueError(f"The window closes on {closes}, before it opens on {opens}. Exchange the days.")
    why = check_note(why)
    # One window at a time; what stands is read behind the lock.
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    stands = current_window(patient, kind=kind)
    if stands is not None and (stands.opens, stands.closes, stands.why) == (opens, closes, why):
        return stands
    window = Window.objects.create(
        patient=patient,
        opens=opens,
        closes=closes,
        kind=kind,
        why=shortened(why, LONGEST_REASON),
        **recorded(by, at),
    )
    detail = {"opens": str(opens), "closes": str(closes), "kind": str(kind)}
    record(action="set window", subject=window, by=by, at=at, detail=detail)
    return _window(window)


@transaction.atomic
def withdraw_window(
    *, patient: Patient, why: str, kind: WindowKind | None = None, by: Actor, at: datetime
) -> None:
    """Take the window of a kind back without setting another. Where none stands, nothing is written."""
    check_may(by, "window.set", patient)
    kind, why = kind or _usual(by), check_note(why)
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    if current_window(patient, kind=kind) is None:
        return
    window = Window.objects.create(
        patient=patient, kind=kind, why=shortened(why, LONGEST_REASON), **recorded(by, at)
    )
    record(action="withdrew window", subject=window, by=by, at=at, detail={"kind": str(kind)})


def current_window(patient: Patient, *, kind: WindowKind | None = None) -> WindowRow | None:
    """The newest window of a patient that stands, of one kind or of any in which the next infusion falls; None when none does.

    A window that was taken back hides none of another kind. A rescue slot is told only when it is asked for.
    """
    found = _standing(Window.objects.filter(patient=patient, kind__in=[kind] if kind else NEXT))
    newest = found.order_by(*NEWEST_FIRST).first()
    return _window(newest) if newest else None


def windows(clinic: Clinic) -> dict[UUID, WindowRow]:
    """The newest windows of the next infusions of a clinic's patients, by patient id. One query."""
    rows = _standing(Window.objects.filter(patient__clinic=clinic, kind__in=NEXT))
    return {row.patient_id: _window(row) for row in rows.order_by(*IN_ORDER)}


def windows_among(
    patients: Iterable[UUID] | QuerySet[Patient],
) -> dict[UUID, dict[WindowKind, WindowRow]]:
    """The current windows of some patients by kind, by patient id. One query."""
    found: dict[UUID, dict[WindowKind, WindowRow]] = {}
    for row in _standing(Window.objects.filter(patient__in=patients)):
        found.setdefault(row.patient_id, {})[WindowKind(row.kind)] = _window(row)
    return found


def _standing(rows: QuerySet[Window]) -> QuerySet[Window]:
    """Those of the rows that are the newest of their patient and kind, and were not taken back."""
    same = Window.objects.filter(patient=OuterRef("patient"), kind=OuterRef("kind"))
    newest = same.order_by(*NEWEST_FIRST).values("pk")[:1]
    return rows.filter(pk=Subquery(newest), opens__isnull=False)


def _usual(by: Actor) -> WindowKind:
    return WindowKind.FORECAST if isinstance(by, Machine) else WindowKind.DECIDED


def _window(row: Window) -> WindowRow:
    if row.opens is None or row.closes is None:
        raise ValueError(f"The window {row.pk} was taken back; it has no days.")
    return WindowRow(
        row.pk,
        row.patient_id,
        row.opens,
        row.closes,
        row.why,
        row.recorded_by_name,
        row.recorded_at,
        row.kind,
    )
