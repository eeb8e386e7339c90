"""The booked visits of a patient, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from tenuto.clinic.accounts.clock import local
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.words import day

__all__ = ["StandingRow", "standing_rows"]


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One visit that stands."""

    n: int
    day: str
    time: str
    chair: str
    nurse: str
    url: str


def standing_rows(rows: Sequence[Appointment], patient: Patient, *, given: int) -> tuple[StandingRow, ...]:
    """In order of time, numbered after what was given, with the page on which each is moved or ended."""
    clinic = patient.clinic
    return tuple(
        StandingRow(
            n,
            day(local(clinic, row.starts_at)),
            f"{local(clinic, row.starts_at):%H:%M} to {local(clinic, row.ends_at):%H:%M}",
            row.chair,
            row.nurse,
            reverse("booking:visit", args=[patient.pk, row.pk]),
        )
        for n, row in enumerate(rows, given + 1)
    )
