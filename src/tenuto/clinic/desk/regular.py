"""What the program does about its lists on its own."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.desk.comparing import differences_of
from tenuto.clinic.desk.models import Progress
from tenuto.clinic.desk.projection import judge_all, rebuild
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.models import EventKind
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live.api import every

__all__ = ["look_over_lists", "mend"]

RULE = "lists say what is recorded"


@every(timedelta(hours=1))
def look_over_lists() -> None:
    """Work lists out anew that do not say what is recorded, and say so in the weekly review: nobody drops out of sight."""
    for progress in Progress.objects.select_related("clinic"):
        mend(progress.clinic)


def mend(clinic: Clinic) -> int:
    """Work the lists of a clinic out anew when they differ from what is recorded. Returns how many differences there were."""
    found = set(differences_of(clinic))
    if found:  # what somebody records in between is no difference: only what stands twice
        found &= set(differences_of(clinic))
    if found:
        with transaction.atomic():
            rebuild(clinic)
            record(
                action="lists were changed past the program", subject=clinic, by=Machine(clinic.pk, RULE, clinic.zone), at=timezone.now(),
                kind=EventKind.OVERRIDE, detail={"differences": len(found)},
            )  # fmt: skip
        judge_all(clinic, today=clock.today(clinic))
    return len(found)
