"""Asking by itself what is due: one bundle and one link at a time, at most two reminders, and an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.intake.api import states
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.outbox import NotSent, enqueue
from tenuto.clinic.links import api as links
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.identity import contact_preferences, has_number
from tenuto.clinic.people.models import Channel, Patient
from tenuto.clinic.plan.api import standings
from tenuto.clinic.portal.services.due import due_of
from tenuto.clinic.ports.api import on_call
from tenuto.clinic.scales import api as scales
from tenuto.core.intake.safety_stops import StopKind
from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.due import AskingPlace, AskingStep, Bundle, bundle, next_step

__all__ = ["MESSAGE", "RULE", "ask_what_is_due", "follow_up", "written"]

RULE = "outcomes.ask"
MESSAGE = "portal.ask"
BY = (Channel.SMS, Channel.EMAIL)
"""The channels that a message with a link can leave by, the first that the patient wants."""
AT_ONCE = 200
"""Patients who are looked at together."""


def ask_what_is_due(clinic: Clinic, *, at: datetime) -> int:
    """Send each patient of a clinic the bundle that is due, where none is open. How many were asked.

    Nobody is asked at night, without a date of birth (the second fact of a link), or who wants no messages, has died, or has
    withdrawn the consent.
    """
    if not battery().writes_at(clock.local(clinic, at)):
        return 0
    today = clock.day_of(clinic, at)
    busy = {row.patient_id for row in scales.open_requests(clinic, at=at)}
    planned = {id_ for id_, plan in standings(clinic.patients.all()).items() if plan.in_force}
    free = clinic.patients.filter(pk__in=planned - busy)
    patients = list(free.prefetch_related("identifiers", "contact_preferences").order_by("pk"))
    called = bool(on_call(clinic.pk, at=at))
    asked = 0
    for start in range(0, len(patients), AT_ONCE):
        batch = Batch(patients[start : start + AT_ONCE], clinic=clinic, today=today)
        for patient in batch.patients:
            # Who is on call is of no use to somebody without a number: what asks about death waits for the chair.
            answered = called and has_number(patient)
            wanted = bundle(due_of(batch).get(patient.pk, ()), place=AskingPlace.LINK, on_call=answered)
            if wanted.scales and not _is_left_alone(patient, batch) and _ask(patient, wanted, at=at):
                asked += 1
    return asked


def _is_left_alone(patient: Patient, batch: Batch) -> bool:
    """Nobody writes to who has died, or has withdrawn the consent: a person of the clinic does, if anybody."""
    known = states(batch)[patient.pk].record
    stops = safety_now(patient, batch).stops
    return (known is not None and known.died) or any(stop.kind is StopKind.CONSENT for stop in stops)


@transaction.atomic
def _ask(patient: Patient, wanted: Bundle, *, at: datetime) -> bool:
    reach = _reach(patient)
    expires = _last_moment(patient.clinic, wanted, at)
    if reach is None or patient.birth_date is None or expires <= at:
        return False
    by = Machine(patient.clinic_id, RULE, patient.clinic.zone)
    sent = scales.ask_by_link(
        patient=patient,
        instruments=[due.scale for due in wanted.scales],
        expires=expires,
        occasions=wanted.keys,
        by=by,
        at=at,
    )
    _send(sent.request.pk, sent.request.link_id, reach, number=0, at=at)
    scales.record_asked(request=sent.request.pk, number=0, by=by, at=at)
    return True


def follow_up(clinic: Clinic, *, at: datetime) -> int:
    """Remind of what was not answered, and keep what was begun of what has run out. How many steps were taken."""
    steps = 0
    for row in scales.unanswered_requests(clinic, at=at):
        step = next_step(
            asked_at=row.asked_at,
            closes_at=row.expires_at,
            reminded=row.reminded,
            rules=battery(),
            now=at,
        )
        by = Machine(clinic.pk, RULE, clinic.zone)
        if step is AskingStep.EXPIRE:
            steps += bool(scales.close_unfinished(request=row.id, by=by, at=at))
        elif step is AskingStep.REMIND and row.occasions and battery().writes_at(clock.local(clinic, at)):
            steps += _remind(row, clinic, by=by, at=at)
    return steps


@transaction.atomic
def _remind(row: scales.AskedRow, clinic: Clinic, *, by: Machine, at: datetime) -> bool:
    patient = clinic.patients.prefetch_related("identifiers").get(pk=row.patient_id)
    reach = _reach(patient)
    batch = Batch([patient], clinic=clinic, today=clock.day_of(clinic, at))
    if reach is None or _is_left_alone(patient, batch):
        return False
    number = row.reminded + 1
    _send(row.id, row.link_id, reach, number=number, at=at)
    return scales.record_asked(request=row.id, number=number, by=by, at=at)


def _send(request: UUID, link: UUID, reach: Mapping[str, str], *, number: int, at: datetime) -> None:
    """The address of the link is written as the message leaves, and waits in no table."""
    payload = {**reach, "link": str(link), "reminder": number}
    enqueue(key=f"{MESSAGE}:{request}:{number}", kind=MESSAGE, payload=payload, due_at=at)


def written(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message as it leaves. It names the clinic and nothing about treatment: others read a phone's first line too."""
    link = UUID(payload["link"])
    try:
        token = links.token_of(link)
    except ValueError as gone:
        raise NotSent(str(gone)) from None
    again = "A reminder from" if payload["reminder"] else "From"
    address = f"{settings.PUBLIC_ADDRESS}{reverse('links:door', args=[token])}"
    words = f"{again} {payload['clinic']}: some questions for you. {address}"
    return {"channel": payload["channel"], "to": payload["to"], "words": words}


def _reach(patient: Patient) -> dict[str, str] | None:
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


def _last_moment(clinic: Clinic, wanted: Bundle, at: datetime) -> datetime:
    """The midnight after the last day on which it may be answered, and no later than a link lives."""
    closes = wanted.closes or clock.day_of(clinic, at)
    return min(clock.start_of_day(clinic, closes + timedelta(days=1)), at + links.LONGEST)
