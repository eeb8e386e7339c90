"""What a session asks for now, wherever somebody opens a page of its patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.services.standing import accounts_among
from tenuto.clinic.people.models import Patient
from tenuto.core.infusion.reminder_rules import ReminderLevel

__all__ = ["asked_now"]


def asked_now(clinic: Clinic, patients: Iterable[Patient], at: datetime) -> Mapping[UUID, Sequence[str]]:
    """By patient an emergency that is not over, and each open reminder of pause or stop, of sessions of this day or the one before.

    One query where nobody has such a session, however many patients there are.
    """
    day = clock.day_of(clinic, at)
    ids = [each.pk for each in patients]
    near = Session.objects.filter(patient__in=ids, held_on__gte=day - timedelta(days=1), held_on__lte=day)
    sessions = list(near.filter(entries__isnull=False, end__isnull=True).distinct())
    if not sessions:
        return {}
    found: dict[UUID, list[str]] = {}
    for key, account in accounts_among(sessions, clinic, at).items():
        own = found.setdefault(next(each.patient_id for each in sessions if each.pk == key), [])
        own += ["Emergency"] if account.emergency_at else []
        own += [each.found.words for each in account.to_answer if each.level is ReminderLevel.STOP]
    return found
