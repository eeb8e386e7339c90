"""Setting up the week; proposing, accepting, cancelling and moving visits."""

from tenuto.clinic.booking.services.accepting import (
    VisitPlace,
    accept_repair,
    accept_series,
    in_places,
    move_appointment,
    place_problem,
    why_not_now,
)
from tenuto.clinic.booking.services.affected import affected, ask_for_repairs
from tenuto.clinic.booking.services.ending import EndKind, end_appointment
from tenuto.clinic.booking.services.late import record_late
from tenuto.clinic.booking.services.places import free_places
from tenuto.clinic.booking.services.proposing import (
    AskedSeries,
    Offer,
    OfferedOption,
    propose_options,
    propose_repair,
    propose_series,
)
from tenuto.clinic.booking.services.standing import BookingRefused, standing_of
from tenuto.clinic.booking.services.week import has_week, set_week, week_of

__all__ = [
    "AskedSeries",
    "BookingRefused",
    "EndKind",
    "Offer",
    "OfferedOption",
    "VisitPlace",
    "accept_repair",
    "accept_series",
    "affected",
    "ask_for_repairs",
    "end_appointment",
    "free_places",
    "has_week",
    "in_places",
    "move_appointment",
    "place_problem",
    "propose_options",
    "propose_repair",
    "propose_series",
    "record_late",
    "set_week",
    "standing_of",
    "week_of",
    "why_not_now",
]
