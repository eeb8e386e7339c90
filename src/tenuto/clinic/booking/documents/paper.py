"""The huddle sheet of a day as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.booking.huddle import HuddleVisit
from tenuto.clinic.ui.pdf import set_sheet
from tenuto.clinic.ui.words import long_day

__all__ = ["huddle_pdf"]

TEMPLATE = Path(__file__).with_name("huddle.typ")


def huddle_pdf(clinic: Clinic, on: date, visits: Sequence[HuddleVisit]) -> bytes:
    """The same visits give the same bytes."""
    sheet = {
        "title": "Huddle",
        "clinic": clinic.name,
        "day": long_day(on),
        "footer": "For the morning of the day. What a patient said by link is confirmed by a nurse.",
        "visits": [{**asdict(visit), "patient_id": "", "said": list(visit.said)} for visit in visits],
    }
    return set_sheet(TEMPLATE, sheet, on=on)
