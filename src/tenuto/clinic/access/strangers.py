"""Who looked at a patient in whose care they had no part then. What they wrote afterwards gives them none, and neither does
an entry that was sent without ever having opened the record: no page of ours does that, and whoever wants to hide a look would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max, Min, QuerySet

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.people.models import CareTeamChange

__all__ = ["CARE_LASTS", "Stranger", "strangers"]

CARE_LASTS = timedelta(days=90)
"""Who wrote something about a patient has a part in the care from then on, for this long."""
LOOKED_BEFORE = timedelta(days=30)
"""So long before its first entry a look still belongs to it [D]."""
BEGIN = ("registered patient",)
"""The events with which a record begins."""
Pair = tuple[str, UUID]
"""Who, and which patient."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Someone who looked at a patient in whose care they had no part on record at that time."""

    who: str
    patient_id: UUID
    patient_name: str
    looks: int
    last: datetime
    wrote_later: bool
    """Whether they wrote about the patient afterwards, as someone does who takes over the care."""


@dataclass(frozen=True, slots=True)
class _Look:
    number: int
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class _Care:
    """When each person's part in the care of each patient began: by writing, and by the care team."""

    written: Mapping[Pair, tuple[int, int]]
    """The numbers of the first and the last event."""
    looked: Mapping[Pair, int]
    """The number of the first look."""
    registered: frozenset[Pair]
    """Who made the record, which begins without a look."""
    team: Mapping[Pair, list[tuple[int, bool]]]
    """Event numbers, and whether the person was on the team from then on."""

    def has_part(self, pair: Pair, *, before: int) -> bool:
        first, last = self.written.get(pair, (before, before))
        looked = self.looked.get(pair, before)
        if looked > first and pair not in self.registered:
            # Sent blind: only an entry after the first look may have begun the care; the last one did at the latest.
            first = last if last > looked else before
        member = [on for number, on in self.team.get(pair, []) if number < before]
        return first < before or (bool(member) and member[-1])

    def wrote_after(self, pair: Pair, number: int) -> bool:
        return self.written.get(pair, (0, 0))[1] > number


def strangers(clinic: Clinic, found: QuerySet[AuditEvent], first: datetime) -> tuple[Stranger, ...]:
    """The strangers among the looks of `found`, whose days begin at `first`; the newest first. Nine queries."""
    looks = _looks(found)
    patients = {patient for _, patient in looks}
    care = _care(clinic, patients, since=first - CARE_LASTS)
    names = {patient.pk: patient.name for patient in clinic.patients.filter(pk__in=patients)}
    strange = []
    for pair, all_looks in looks.items():
        without = [look for look in all_looks if not care.has_part(pair, before=look.number)]
        if without:
            last, patient = without[-1], pair[1]
            name, later = names.get(patient, "a patient who is not here"), care.wrote_after(pair, last.number)
            strange.append(Stranger(last.who, patient, name, len(without), last.at, later))
    return tuple(sorted(strange, key=lambda one: one.last, reverse=True))


def _looks(found: QuerySet[AuditEvent]) -> dict[Pair, list[_Look]]:
    # Who came by a link looked at their own questions.
    reads = found.filter(kind=EventKind.READ, patient_id__isnull=False).exclude(by_id__startswith="link:")
    looks: dict[Pair, list[_Look]] = defaultdict(list)
    columns = ("by_id", "by_name", "patient_id", "number", "recorded_at")
    for by, who, patient, number, at in reads.order_by("number").values_list(*columns):
        if patient is not None:
            looks[by, patient].append(_Look(number, at, who))
    return looks


def _care(clinic: Clinic, patients: set[UUID], *, since: datetime) -> _Care:
    about = AuditEvent.objects.filter(clinic_id=clinic.pk, patient_id__in=patients)
    lately = about.filter(recorded_at__gte=since).order_by().values_list("by_id", "patient_id")
    ends = lately.filter(kind=EventKind.WRITE).annotate(Min("number"), Max("number"))
    written = {(by, patient): (first, last) for by, patient, first, last in ends if patient}
    # Who looked a while before the first entry that counts did not send it blind.
    before = about.filter(recorded_at__gte=since - LOOKED_BEFORE, kind=EventKind.READ).order_by()
    reads = before.values_list("by_id", "patient_id").annotate(Min("number"))
    looked = {(by, patient): first for by, patient, first in reads if patient}
    made = about.filter(action__in=BEGIN).values_list("by_id", "patient_id")
    registered = frozenset((by, patient) for by, patient in made if patient)
    team: dict[Pair, list[tuple[int, bool]]] = defaultdict(list)
    changes = CareTeamChange.objects.filter(patient__in=patients).order_by(*IN_ORDER)
    for staff, patient, number, member in changes.values_list("staff", "patient", "event_number", "member"):
        team[str(staff), patient].append((number, member))
    return _Care(written, looked, registered, team)
