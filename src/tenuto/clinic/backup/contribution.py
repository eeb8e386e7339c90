"""Backups, and the anchor outside, as steps of setting up a clinic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.setting_up import SetUpStep
from tenuto.clinic.backup.noted import overdue


def set_up(clinic: Clinic, at: datetime) -> Iterable[SetUpStep]:
    """What brings the clinic back after its machine is lost, and what finds that its past was cut off."""
    yield SetUpStep(title="Backups", rank=120, open=overdue(at), command="tenuto backup make")
    yield SetUpStep(
        title="The audit's anchor on another machine",
        rank=130,
        open=""
        if settings.LEDGER_ANCHORS_OUTSIDE
        else "There is none: whoever can write this machine's disk could take the newest "
        "entries away unseen.",
        command="TENUTO_LEDGER_ANCHOR_OUTSIDE=FOLDER, mounted from another machine",
        urgent=False,
    )


SET_UP = set_up
