"""What the program does for patients on its own."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.live.api import every, for_each_clinic
from tenuto.clinic.portal.services.asking import ask_what_is_due, follow_up

__all__ = ["ask_patients"]


@every(timedelta(minutes=10))
def ask_patients() -> None:
    """Remind of what is open, then ask what is due."""
    for_each_clinic(_ask)


def _ask(clinic: Clinic) -> None:
    follow_up(clinic, at=clock.instant())
    ask_what_is_due(clinic, at=clock.instant())
