"""The times that a patient has just given up: a proposal never brings back what was cancelled a moment ago."""

from __future__ import annotations

from datetime import date, timedelta

from tenuto.clinic.accounts.clock import local, start_of_day
from tenuto.clinic.booking.models import Appointment, AppointmentEnd
from tenuto.clinic.booking.services.standing import standing_of
from tenuto.clinic.people.models import Patient
from tenuto.core.scheduling.period import Span

__all__ = ["given_up"]


def given_up(patient: Patient, first: date, last: date) -> tuple[Span, ...]:
    """From when to when the patient's visits of these days were that were cancelled; not where a visit stands again.

    Whoever moves or books a visit by hand may still choose such a time: the patient may have changed their mind.
    """
    clinic = patient.clinic
    rows = Appointment.objects.filter(
        patient=patient,
        kind=Appointment.Kind.INFUSION,
        end__kind=AppointmentEnd.Kind.CANCELLED,
        starts_at__gte=start_of_day(clinic, first),
        starts_at__lt=start_of_day(clinic, last + timedelta(days=1)),
    )
    stands = standing_of(patient)
    return tuple(
        Span(local(clinic, row.starts_at), local(clinic, row.ends_at))
        for row in rows.order_by("starts_at")
        if not any(row.starts_at < other.ends_at and other.starts_at < row.ends_at for other in stands)
    )
