"""How the clinic's week is set up, what is booked, how it ended, and what is taken now."""

from tenuto.clinic.booking.models.appointment import Appointment, AppointmentEnd
from tenuto.clinic.booking.models.feed import CalendarFeed, CalendarFeedEnd
from tenuto.clinic.booking.models.late import LateArrival
from tenuto.clinic.booking.models.offer import ChairOffer, ChairOfferEnd
from tenuto.clinic.booking.models.own import (
    ChangeRequest,
    CheckIn,
    PreparationLink,
    PreparationNote,
    VisitReminder,
)
from tenuto.clinic.booking.models.taken import TakenQuarter
from tenuto.clinic.booking.models.veins import VeinNote
from tenuto.clinic.booking.models.week import WeekSetup

__all__ = [
    "Appointment",
    "AppointmentEnd",
    "CalendarFeed",
    "CalendarFeedEnd",
    "ChairOffer",
    "ChairOfferEnd",
    "ChangeRequest",
    "CheckIn",
    "LateArrival",
    "PreparationLink",
    "PreparationNote",
    "TakenQuarter",
    "VeinNote",
    "VisitReminder",
    "WeekSetup",
]
