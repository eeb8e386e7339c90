"""What the program does about plans on its own."""

from __future__ import annotations

from datetime import timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.live.api import every, for_each_clinic
from tenuto.clinic.plan.services.looking_again import hold_what_changed

__all__ = ["look_again_at_plans"]


@every(timedelta(minutes=2))
def look_again_at_plans() -> None:
    """Hold the signed plans that what they rest on speaks against today."""
    for_each_clinic(lambda clinic: hold_what_changed(clinic, at=clock.instant()))
