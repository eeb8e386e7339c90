"""What the program does about tasks on its own."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.live.api import every
from tenuto.clinic.ports.escalating import escalate_late

__all__ = ["give_on_late_tasks"]


@every(timedelta(minutes=1))
def give_on_late_tasks() -> None:
    """Give on the tasks of safety that are late."""
    for clinic in Clinic.objects.all():
        escalate_late(clinic, at=timezone.now())
