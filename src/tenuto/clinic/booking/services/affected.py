"""Visits that can't stand any more since the week was set up anew, and the tasks to repair them."""

from __future__ import annotations

from datetime import datetime, timedelta

from tenuto.clinic.accounts.clock import day_of, local
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.booking.models import Appointment, AppointmentEnd
from tenuto.clinic.booking.services.periods import period_of
from tenuto.clinic.booking.services.standing import as_visit, standing
from tenuto.clinic.ports.api import end_tasks, open_task
from tenuto.core.literature.tasks import BOOKING_TO_REPAIR, EndsBy, task_kind
from tenuto.core.scheduling.diary import Diary

__all__ = ["affected", "ask_for_repairs", "end_repairs"]


def affected(clinic: Clinic, *, at: datetime) -> tuple[Appointment, ...]:
    """The visits to come that have no room where they stand: chair, nurse, hours or those who watch are gone."""
    rows = list(
        standing(clinic.pk)
        .filter(kind__in=Appointment.IN_A_CHAIR, starts_at__gt=at)
        .order_by("starts_at")
        .select_related("patient__clinic")
    )
    if not rows:
        return ()
    days = [day_of(clinic, row.starts_at) for row in rows]
    diary = Diary(period_of(clinic, days[0], days[-1]))
    found = []
    for row in rows:
        visit = as_visit(row, clinic)
        if diary.has_room(visit):
            diary.enter(visit)
        else:
            found.append(row)
    return tuple(found)


def ask_for_repairs(clinic: Clinic, *, by: Staff, at: datetime) -> tuple[Appointment, ...]:
    """Open a task for each visit that can't stand, once for each; the visits."""
    found = affected(clinic, at=at)
    within = task_kind(BOOKING_TO_REPAIR).within
    for row in found:
        start = local(clinic, row.starts_at)
        open_task(
            patient=row.patient,
            kind=BOOKING_TO_REPAIR,
            why=f"{row.at_clinic}, {row.chair} with {row.nurse}, can't stand in the week as it is set up now.",
            owner_role=Role(task_kind(BOOKING_TO_REPAIR).owner),
            target=f"booking.appointment:{row.pk}",
            key=f"{BOOKING_TO_REPAIR}:{row.pk}",
            due=min(at + within, max(start - timedelta(hours=1), at)),
            by=by,
            at=at,
        )
    return found


def end_repairs(end: AppointmentEnd, *, by: Staff, at: datetime) -> None:
    """End the tasks about an appointment that its end answers: its repair, and the patient's wish for another time."""
    patient, about = end.appointment.patient, f"booking.appointment:{end.appointment_id}"
    end_tasks(
        patient=patient,
        ends_by=EndsBy.RECORDED,
        subject=end,
        only=lambda task: task.target == about,
        by=by,
        at=at,
    )
