"""The week of the invented clinic, and some of its patients booked: the others wait to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.booking import api as booking
from tenuto.clinic.pathway.api import Batch

__all__ = ["book_some", "set_up_week"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
CHAIRS = ("Window", "Garden", "Door", "Corner")
NURSES = ("Bob Demo", "Fern Demo", "Hazel Demo")


def set_up_week(clinic: Clinic, *, team: Mapping[str, Staff], now: datetime) -> None:
    """Four chairs and three nurses, Monday to Friday, closed on the two days after Christmas Eve."""
    years = (now.year, now.year + 1)
    content = {
        "chairs": list(CHAIRS),
        "hours": {day: ["08:00", "18:00"] for day in WEEKDAYS},
        "nurses": {
            "Bob Demo": {day: ["08:00", "16:00"] for day in WEEKDAYS},
            "Fern Demo": {day: ["09:00", "17:00"] for day in WEEKDAYS},
            "Hazel Demo": {day: ["10:00", "18:00"] for day in ("mon", "wed", "fri")},
        },
        "closed": [str(date(year, 12, day)) for year in years for day in (25, 26)],
        "profile": {"prepare": 15, "infuse": 40, "observe": 120, "turnover": 15},
        "ratios": {"infuse": 1, "observe": 2},
    }
    booking.set_week(content=content, by=team["dora"], at=now)


def book_some(clinic: Clinic, *, team: Mapping[str, Staff], now: datetime) -> None:
    """Every other patient who needs a series, in the order of their names."""
    carol = team["carol"]
    patients = list(clinic.patients.prefetch_related("identifiers").order_by("name", "pk"))
    waiting = booking.to_book(Batch(patients, clinic=clinic, today=clock.day_of(clinic, now)))
    for patient in [each for each in patients if each.pk in waiting][1::2]:
        asked = waiting[patient.pk]
        offer = booking.propose_series(patient=patient, asked=asked, by=carol, at=now)
        if offer.visits:
            booking.accept_series(patient=patient, asked=asked, visits=offer.visits, by=carol, at=now)
