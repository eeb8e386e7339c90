"""Ending every open session of a person at once, wherever it is open."""

from __future__ import annotations

from django.db import transaction

from tenuto.clinic.accounts.models import Staff

__all__ = ["end_sessions"]


@transaction.atomic
def end_sessions(staff: Staff) -> None:
    """Let no session of `staff` that is open now answer another request. The caller records why.

    What is compared lies with the account, so it holds in every process and wherever sessions are kept.
    """
    held = Staff.objects.select_for_update(of=("self",)).get(pk=staff.pk)
    held.sessions_ended += 1
    held.save(update_fields=["sessions_ended"])
    staff.sessions_ended = held.sessions_ended
