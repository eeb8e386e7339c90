"""What the program does about tasks on its own."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.live.api import every, for_each_clinic
from tenuto.clinic.ports.escalating import escalate_late

__all__ = ["give_on_late_tasks"]


@every(timedelta(minutes=1))
def give_on_late_tasks() -> None:
    """Give on the tasks of safety that are late."""
    for_each_clinic(lambda clinic: escalate_late(clinic, at=clock.instant()))
