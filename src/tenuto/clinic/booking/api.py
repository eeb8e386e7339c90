"""The door of booking."""

from collections.abc import Mapping
from uuid import UUID

from tenuto.clinic.booking.day_board import DayBoard, day_board
from tenuto.clinic.booking.needs import GOES_ON, needs
from tenuto.clinic.booking.services import (
    AskedSeries,
    BookingRefused,
    EndKind,
    Offer,
    accept_repair,
    accept_series,
    end_appointment,
    move_appointment,
    propose_repair,
    propose_series,
    set_week,
    standing_of,
    week_of,
)
from tenuto.clinic.booking.services.rescuing import agree_rescue_slot
from tenuto.clinic.booking.services.standing import lock_bookings
from tenuto.clinic.pathway.api import Batch, next_steps_of

__all__ = [
    "AskedSeries",
    "BookingRefused",
    "DayBoard",
    "EndKind",
    "Offer",
    "accept_repair",
    "accept_series",
    "agree_rescue_slot",
    "day_board",
    "end_appointment",
    "lock_bookings",
    "move_appointment",
    "propose_repair",
    "propose_series",
    "set_week",
    "standing_of",
    "to_book",
    "week_of",
]


def to_book(batch: Batch) -> Mapping[UUID, AskedSeries]:
    """What each patient needs of whom nothing is booked, where the course goes on as planned."""
    steps = next_steps_of(batch)
    return {
        patient: need.asked(need.missing)
        for patient, need in needs(batch).items()
        if need.missing and not need.ahead and patient in steps and steps[patient].state in GOES_ON
    }
