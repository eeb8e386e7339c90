"""What the program does about open risks on its own."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.intake.services.open_risks import open_missing_tasks
from tenuto.clinic.live.api import every, for_each_clinic

__all__ = ["look_at_everybody", "look_at_what_is_new"]

NEW = timedelta(hours=2)
"""What was written for so long is looked at each minute; everybody is each hour."""


@every(timedelta(minutes=1))
def look_at_what_is_new() -> None:
    """Open the tasks that open risks of suicide have not, about whom something was written lately."""
    for_each_clinic(_look_at_what_is_new)


@every(timedelta(hours=1))
def look_at_everybody() -> None:
    """Open the tasks that open risks of suicide have not, whoever it is."""
    for_each_clinic(lambda clinic: open_missing_tasks(clinic, at=clock.instant()))


def _look_at_what_is_new(clinic: Clinic) -> None:
    now = clock.instant()
    open_missing_tasks(clinic, at=now, since=now - NEW)
