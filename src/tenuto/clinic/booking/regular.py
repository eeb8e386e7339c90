"""What booking does on its own."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.booking.services.reminding import remind
from tenuto.clinic.booking.services.rescuing import release_rescue_slots
from tenuto.clinic.live.api import every, for_each_clinic

__all__ = ["give_rescue_slots_back", "remind_of_visits"]


@every(timedelta(minutes=10))
def remind_of_visits() -> None:
    """Remind patients of the visits that are near."""
    for_each_clinic(lambda clinic: remind(clinic, at=clock.instant()))


@every(timedelta(hours=1))
def give_rescue_slots_back() -> None:
    """Give back the rescue slots that are near and not needed, so that others are offered them."""
    for_each_clinic(lambda clinic: release_rescue_slots(clinic, at=clock.instant()))
