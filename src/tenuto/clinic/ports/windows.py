"""Between which days a patient should be booked."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import NEWEST_FIRST, recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.actors import check_may
from tenuto.clinic.ports.models import Window
from tenuto.clinic.ports.rows import WindowRow
from tenuto.clinic.ports.words import sentence

__all__ = ["current_window", "set_window", "windows", "withdraw_window"]


@transaction.atomic
def set_window(
    *, patient: Patient, opens: date, closes: date, why: str, by: Actor, at: datetime
) -> WindowRow:
    """Say between which days a patient should be booked; replaces the window before.

    The same window for the same reason again is the one that stands: nothing is written.
    """
    check_may(by, "window.set", patient)
    if closes < opens:
        raise ValueError(f"The window closes on {closes}, before it opens on {opens}. Exchange the days.")
    why = sentence(why)
    # One window at a time; what stands is read behind the lock.
    patient.clinic.patients.select_for_update().get(pk=patient.pk)
    stands = current_window(patient)
    if stands is not None and (stands.opens, stands.closes, stands.why) == (opens, closes, why):
        return stands
    window = Window.objects.create(patient=patient, opens=opens, closes=closes, why=why, **recorded(by, at))
    record(
        action="set window", subject=window, by=by, at=at, detail={"opens": str(opens), "closes": str(closes)}
    )
    return _window(window)


@transaction.atomic
def withdraw_window(*, patient: Patient, why: str, by: Actor, at: datetime) -> None:
    """Take the window back without setting another."""
    check_may(by, "window.set", patient)
    window = Window.objects.create(patient=patient, why=sentence(why), **recorded(by, at))
    record(action="withdrew window", subject=window, by=by, at=at)


def current_window(patient: Patient) -> WindowRow | None:
    """The patient's newest window; None when there is none, or when it was taken back."""
    newest = Window.objects.filter(patient=patient).order_by(*NEWEST_FIRST).first()
    return _window(newest) if newest and newest.opens else None


def windows(clinic: Clinic) -> dict[UUID, WindowRow]:
    """The current windows of a clinic's patients, by patient id. One query."""
    newest = Window.objects.filter(patient=OuterRef("patient")).order_by(*NEWEST_FIRST).values("pk")[:1]
    rows = Window.objects.filter(patient__clinic=clinic, pk=Subquery(newest), opens__isnull=False)
    return {row.patient_id: _window(row) for row in rows}


def _window(row: Window) -> WindowRow:
    if row.opens is None or row.closes is None:
        raise ValueError(f"The window {row.pk} was taken back; it has no days.")
    return WindowRow(
        row.pk, row.patient_id, row.opens, row.closes, row.why, row.recorded_by_name, row.recorded_at
    )
