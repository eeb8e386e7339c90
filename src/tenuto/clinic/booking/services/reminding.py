"""Reminders of booked visits: by a link, on the channel that the patient wants, by day, each once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.models import Appointment, VisitReminder
from tenuto.clinic.booking.services.preparing import preparation_link
from tenuto.clinic.booking.services.standing import BookingRefused, standing
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.outbox import NotSent, enqueue
from tenuto.clinic.ledger.services import record
from tenuto.clinic.links import api as links
from tenuto.clinic.pathway.api import Batch, next_steps_of
from tenuto.clinic.people.identity import contact_preferences
from tenuto.clinic.people.models import Channel, Patient
from tenuto.core.booking.preparation import preparation_rules, reminders
from tenuto.core.course.next_facts import NextState
from tenuto.core.outcomes.battery import battery

__all__ = ["MESSAGE", "is_quiet", "reach_of", "remind", "with_link", "written"]

RULE = "booking.remind"
MESSAGE = "booking.remind"
BY = (Channel.SMS, Channel.EMAIL)


def remind(clinic: Clinic, *, at: datetime) -> int:
    """Remind the patients of a clinic of the visits that are near; how many were reminded.

    Nobody is reminded at night, of an infusion that is held up, of a rescue slot, without a date of birth, or on a channel that was not asked for.
    What should have left at night leaves in the morning, and the newest reminder that is due stands for older ones.
    """
    if is_quiet(clinic, at):
        return 0
    longest = max(preparation_rules().remind_before)
    rows = standing(clinic.pk).filter(starts_at__gt=at, starts_at__lte=at + longest + timedelta(days=1))
    rows = rows.exclude(kind=Appointment.Kind.RESCUE)
    had = set(VisitReminder.objects.filter(appointment__in=rows).values_list("appointment", "step"))
    found = 0
    for row in rows.select_related("patient__clinic").order_by("starts_at"):
        steps = [n for n, due in enumerate(reminders(row.starts_at, ZoneInfo(clinic.zone))) if due <= at]
        if steps and (row.pk, max(steps)) not in had and _remind(row, max(steps), at=at):
            found += 1
    return found


def is_quiet(clinic: Clinic, at: datetime) -> bool:
    """Whether it is an hour of the clinic's clock at which nobody is written to."""
    return not battery().writes_at(clock.local(clinic, at))


@transaction.atomic
def _remind(row: Appointment, step: int, *, at: datetime) -> bool:
    patient = row.patient
    reach = reach_of(patient)
    # A hold stops infusions; whoever is on hold is seen and called all the more.
    if reach is None or (row.kind in Appointment.IN_A_CHAIR and _is_held(patient, at)):
        return False
    by = Machine(patient.clinic_id, RULE, patient.clinic.zone)
    try:
        sent = preparation_link(appointment=row, by=by, at=at)
    except BookingRefused:
        return False
    reminder = VisitReminder.objects.create(patient=patient, appointment=row, step=step, **recorded(by, at))
    payload = {**reach, "link": str(sent.row.link_id), "appointment": str(row.pk)}
    enqueue(key=f"{MESSAGE}:{row.pk}:{step}", kind=MESSAGE, payload=payload, due_at=at)
    record(action="reminded of a visit", subject=reminder, by=by, at=at, detail={"step": step})
    return True


def _is_held(patient: Patient, at: datetime) -> bool:
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    step = next_steps_of(batch).get(patient.pk)
    return step is None or step.state is NextState.HELD


def reach_of(patient: Patient) -> dict[str, str] | None:
    """How the patient wants to be written to; None when they do not."""
    wanted = contact_preferences(patient)
    for channel in BY:
        row = wanted.get(channel)
        if row is not None and row.allowed and row.address:
            return {
                "channel": channel.value,
                "to": row.address,
                "clinic": patient.clinic.name,
                "clinic_id": str(patient.clinic_id),
            }
    return None


def written(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message as it leaves: it names the clinic, and neither the day nor what for. Nothing leaves once the visit is off."""
    if not Appointment.objects.filter(pk=UUID(payload["appointment"]), end__isnull=True).exists():
        raise NotSent("The visit is cancelled or moved; this reminder is about it no more.")
    return with_link(payload, "about your appointment")


def with_link(payload: Mapping[str, Any], about: str) -> Mapping[str, Any]:
    """A message with its link, worked out as it leaves. Raises `NotSent` when the keys of the link are gone."""
    try:
        token = links.token_of(UUID(payload["link"]))
    except ValueError as gone:
        raise NotSent(str(gone)) from None
    address = f"{settings.PUBLIC_ADDRESS}{reverse('links:door', args=[token])}"
    words = f"From {payload['clinic']}: {about}. {address}"
    return {"channel": payload["channel"], "to": payload["to"], "words": words}
