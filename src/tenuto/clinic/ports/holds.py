"""Keeping a patient from being booked, and letting go again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Actor, Machine
from tenuto.clinic.ledger.facts import IN_ORDER, recorded
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.ledger.services import record
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.actors import check_may
from tenuto.clinic.ports.models import Hold, HoldLift
from tenuto.clinic.ports.rows import HoldRow
from tenuto.clinic.ports.tasks import AlreadyEnded
from tenuto.core.sentences import LONGEST_REASON, check_note, shortened

__all__ = ["HoldKind", "active_holds", "holds_in", "holds_in_force", "lift_hold", "place_hold"]

HoldKind = Hold.Kind
AGAIN = "#"
"""Stands before the number of a hold that is placed for the same reason once more."""


@transaction.atomic
def place_hold(
    *,
    patient: Patient,
    kind: HoldKind = HoldKind.CLINICAL,
    why: str,
    rule: str = "",
    key: str = "",
    until: date | None = None,
    by: Actor,
    at: datetime,
) -> HoldRow:
    """Keep a patient from being booked, through `until` or until it is lifted.

    A machine names its `rule` and gives the reason a `key`: the same reason found again is the hold that is there, also
    when a person lifted it in the meantime, and when two find it at once. What the machine itself lifted, since the reason
    was gone, it places anew when the reason is back.
    """
    check_may(by, "hold.place", patient)
    if isinstance(by, Machine) and not (rule and key):
        raise ValueError(
            f"{by.audit_name} places a hold by a rule and with a key, so that it is placed once."
        )
    hold = Hold(
        patient=patient,
        kind=kind,
        rule=rule,
        key=key,
        why=shortened(check_note(why), LONGEST_REASON),
        until=until,
        **recorded(by, at),
    )
    if key:
        earlier = _of_reason(patient, key)
        if earlier and not _lifted_by(earlier[-1], by):
            return _hold(earlier[-1])
        hold.key = f"{key}{AGAIN}{len(earlier) + 1}" if earlier else key
    try:
        with transaction.atomic():
            hold.save()
    except IntegrityError:
        if not key:
            raise
        return _hold(_of_reason(patient, key)[-1])
    detail = {"kind": str(kind), "rule": rule, "until": str(until or "")}
    record(action="placed hold", subject=hold, by=by, at=at, detail=detail)
    return _hold(hold)


def _of_reason(patient: Patient, key: str) -> list[Hold]:
    """Every hold for one reason, in the order in which they were placed."""
    found = Hold.objects.filter(Q(key=key) | Q(key__startswith=f"{key}{AGAIN}"), patient=patient)
    return list(found.select_related("lift").order_by(*IN_ORDER))


def _lifted_by(hold: Hold, by: Actor) -> bool:
    return hasattr(hold, "lift") and hold.lift.recorded_by_name == by.audit_name[:300]


@transaction.atomic
def lift_hold(*, hold: UUID, why: str, by: Actor, at: datetime) -> None:
    """End a hold. A machine lifts only what its own rule placed.

    Raises `Hold.DoesNotExist` for another clinic's, `AlreadyEnded` the second time, and PermissionError.
    """
    found = Hold.objects.get(pk=hold, patient__clinic=check_may(by, "hold.lift"))
    if isinstance(by, Machine) and found.rule != by.rule:
        raise PermissionError(f"{by.audit_name} did not place this hold. A prescriber lifts it.")
    try:
        with transaction.atomic():
            HoldLift.objects.create(
                hold=found, why=shortened(check_note(why), LONGEST_REASON), **recorded(by, at)
            )
    except IntegrityError:
        first = HoldLift.objects.get(hold=found)
        raise AlreadyEnded(
            f"This hold was lifted by {first.recorded_by_name}. Nothing was changed."
        ) from None
    detail = {"why": why, "kind": found.kind, "rule": found.rule}
    record(action="lifted hold", subject=found, by=by, at=at, detail=detail)


def active_holds(patient: Patient, *, on: date) -> list[HoldRow]:
    """The holds that keep the patient from being booked on a day. One query where there never was one, else two."""
    if not rows_of(Hold, patient.pk):
        return []
    return [_hold(hold) for hold in _in_force(Hold.objects.filter(patient=patient), on)]


def holds_in_force(clinic: Clinic, *, on: date) -> dict[UUID, list[HoldRow]]:
    """The holds of a clinic's patients on a day, by patient id. One query."""
    found: dict[UUID, list[HoldRow]] = {}
    for hold in _in_force(Hold.objects.filter(patient__clinic=clinic), on):
        found.setdefault(hold.patient_id, []).append(_hold(hold))
    return found


def holds_in(batch: Batch) -> Mapping[UUID, Sequence[HoldRow]]:
    """The holds in force of the patients of a batch, on its day. Asked once a batch; a clinic's in one query."""
    return batch.once(_holds_in)


def _holds_in(batch: Batch) -> Mapping[UUID, Sequence[HoldRow]]:
    if len(batch.patients) == 1:
        (patient,) = batch.patients
        own = active_holds(patient, on=batch.today)
        return {patient.pk: own} if own else {}
    return holds_in_force(batch.clinic, on=batch.today)


def _in_force(holds: QuerySet[Hold], on: date) -> Iterable[Hold]:
    in_force = holds.filter(Q(until__isnull=True) | Q(until__gte=on), lift__isnull=True)
    return in_force.select_related("lift").order_by(*IN_ORDER)


def _hold(hold: Hold) -> HoldRow:
    return HoldRow(
        id=hold.pk,
        patient_id=hold.patient_id,
        kind=hold.kind,
        rule=hold.rule,
        key=hold.key.partition(AGAIN)[0],
        why=hold.why,
        until=hold.until,
        recorded_by_name=hold.recorded_by_name,
        recorded_at=hold.recorded_at,
        lifted=hasattr(hold, "lift"),
    )
