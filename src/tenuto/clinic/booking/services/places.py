"""Where one visit could stand on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.services.accepting import VisitPlace
from tenuto.clinic.booking.services.periods import period_of
from tenuto.clinic.booking.services.proposing import AskedSeries
from tenuto.clinic.booking.services.standing import as_visit, visits_between
from tenuto.core.scheduling.diary import Diary
from tenuto.core.scheduling.period import Wishes

__all__ = ["free_places"]


def free_places(appointment: Appointment, *, on: date, at: datetime) -> tuple[VisitPlace, ...]:
    """Every free start of the day for this visit, each with its own chair and nurse where they are free, else the best fit."""
    clinic = appointment.patient.clinic
    own = as_visit(appointment, clinic)
    fixed = tuple(visit for visit in visits_between(clinic, on, on) if visit != own)
    asked = AskedSeries(
        1, 0, 1, on, on, wishes=Wishes(appointment.chair, appointment.nurse), keeps_week=False
    )
    request = asked.request(appointment.patient, now=at)
    period = period_of(clinic, on, on, fixed=fixed, requests=(request,))
    book = Diary(replace(period, requests=(request,))).books.get(on)
    if book is None:
        return ()
    free = book.free_for(request).nonzero()[0]
    spots = [book.choose(int(start), request) for start in free]
    return tuple(
        VisitPlace(book.at(spot.start), period.chairs[spot.chair].id, period.nurses[spot.nurse].id)
        for spot in spots
    )
