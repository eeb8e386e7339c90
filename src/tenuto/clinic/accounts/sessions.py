"""Ending every open session of a person at once, wherever it is open."""

from __future__ import annotations

from django.db.models import F

from tenuto.clinic.accounts.models import Staff

__all__ = ["end_sessions"]


def end_sessions(staff: Staff) -> None:
    """Let no session of `staff` that is open now answer another request.

    What is compared lies with the account, so it holds in every process and wherever sessions are kept.
    """
    Staff.objects.filter(pk=staff.pk).update(sessions_ended=F("sessions_ended") + 1)
    staff.refresh_from_db(fields=["sessions_ended"])
